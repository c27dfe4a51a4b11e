import picocolors from 'picocolors'
import { expect, test } from 'vitest'
import type { Finding } from '../../src/findings/finding.ts'
import { checkText } from '../../src/report/check-text.ts'

const text = 'create table a (id int);\ncreate table b (id int);\ncreate table c (id int);\n'

function finding(line: number, changes: Partial<Finding> = {}): Finding {
  const start =
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line === 1 ? 0 : 1)
  return {
    check: 'no-policy',
    severity: 'error',
    subject: `public.${line}`,
    message: `line ${line}`,
    help: null,
    file: 'a.sql',
    source: { file: 'a.sql', start, end: start + 23 },
    fingerprint: String(line),
    fix: null,
    repairedBy: null,
    ...changes,
  }
}

function told(findings: Finding[], quiet = false): string {
  const result = {
    files: 1,
    checked: ['a.sql'],
    statements: 3,
    relations: 3,
    unmodelled: 0,
    server: null,
    notCompared: null,
    suppressed: 0,
    baselined: 0,
    findings,
    texts: new Map([['a.sql', text]]),
  }
  return checkText(result, { colors: picocolors.createColors(false), quiet })
}

test('a second finding about one statement shows the statement no second time', () => {
  const output = told([finding(1), finding(1, { check: 'row-security-not-forced', message: 'other' })])
  expect(output.split('create table a').length - 1).toBe(1)
  expect(output).toContain('error: other [row-security-not-forced]\n  at a.sql:1:1')
})

test('what a file says several times in the same words is told once, with the lines', () => {
  const same = { message: 'not replayed', check: 'unmodelled-statement' }
  const output = told([finding(1, same), finding(2), finding(3, same)])
  expect(output.split('not replayed').length - 1).toBe(1)
  expect(output).toContain('note: the same once more in this file, line 3')
  expect(output).toContain('Rejected: 3 errors')
})

test('the same words with another severity or in another file are told again', () => {
  const same = { message: 'not replayed' }
  const output = told([
    finding(1, same),
    finding(2, { ...same, severity: 'warning' }),
    finding(3, { ...same, file: 'b.sql' }),
  ])
  expect(output.split('not replayed').length - 1).toBe(3)
})

test('the same help is given once in a row', () => {
  const output = told([
    finding(1, { help: 'Do it.' }),
    finding(2, { help: 'Do it.' }),
    finding(3, { help: 'Else.' }),
  ])
  expect(output.split('Do it.').length - 1).toBe(1)
  expect(output).toContain('help: Else.')
})

test('more than ten findings end with how many each check has', () => {
  const many = Array.from({ length: 10 }, (_, at) =>
    finding(1, { subject: `public.${at}`, message: `number ${at}` }),
  )
  expect(told(many)).not.toContain('10 error: no-policy')
  const output = told([...many, finding(2, { severity: 'warning', check: 'tenant-key-not-indexed' })])
  expect(output).toContain('10 error: no-policy\n 1 warning: tenant-key-not-indexed\n\nRejected')
})
