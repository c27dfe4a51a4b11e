import picocolors from 'picocolors'
import { expect, test } from 'vitest'
import { LineIndex } from '../../src/findings/position.ts'
import { codeFrame } from '../../src/report/code-frame.ts'

const plain = picocolors.createColors(false)

function frame(text: string, statement: string): string {
  const start = text.indexOf(statement)
  const source = { file: 'a.sql', start, end: start + statement.length }
  return codeFrame(new LineIndex(text), source, plain).join('\n')
}

test('a statement of one line is underlined where it stands', () => {
  expect(frame('select 1; drop table t;\n', 'drop table t')).toBe(
    ['1 | select 1; drop table t;', '  |           ^^^^^^^^^^^^'].join('\n'),
  )
})

test('of a longer statement the first line is underlined', () => {
  const text = '\n\n\tcreate table t (\n\tid int\n);\n'
  expect(frame(text, 'create table t (\n\tid int\n)')).toBe(
    ['3 | \tcreate table t (', '  | \t^^^^^^^^^^^^^^^^', '4 | \tid int', '5 | );'].join('\n'),
  )
})

test('a long statement ends with the line that it goes on to', () => {
  const statement = `select\n${Array.from({ length: 30 }, (_, at) => `  ${at},`).join('\n')}\n  30`
  const rows = frame(statement, statement).split('\n')
  expect(rows).toHaveLength(8)
  expect(rows.at(-1)).toBe('  | ... to line 32')
})

test('line numbers of different width stay aligned', () => {
  const text = `${'\n'.repeat(8)}select\n1`
  expect(frame(text, 'select\n1')).toBe([' 9 | select', '   | ^^^^^^', '10 | 1'].join('\n'))
})

test('what would steer a terminal is replaced', () => {
  expect(frame('select \u001b[31m1', 'select \u001b[31m1')).toContain('select \ufffd[31m1')
})

test('of a long line is shown what holds the beginning of the statement', () => {
  const statement = `insert into t values (${'1, '.repeat(1000)}1)`
  const [line = '', mark = ''] = frame(`${'select 1; '.repeat(1000)}${statement};`, statement).split('\n')
  expect(line).toHaveLength('1 | ... '.length + 200 + ' ...'.length)
  expect(line.indexOf('insert into t')).toBe(mark.indexOf('^'))
  expect(mark).toHaveLength(line.length)
})
