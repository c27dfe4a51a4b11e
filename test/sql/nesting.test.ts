import { expect, it } from 'vitest'
import { nestingBound } from '../../src/sql/nesting.ts'

const times = 1000

function bound(text: string): number {
  return nestingBound(text, { start: 0, end: text.length })
}

/** A thousand times `before`, then `middle`, then a thousand times `after`. */
function nested(before: string, middle: string, after = ''): string {
  return before.repeat(times) + middle + after.repeat(times)
}

it.each([
  ['operators', `select ${nested('', '1', ' + 1')}`],
  ['operators between words that are keywords elsewhere', `select ${nested('', '1', ' + a.and + a.end')}`],
  ['operators behind comments and strings with semicolons', `select ${nested('', '1', " /* ; */ || ';'")}`],
  ['brackets', `select ${nested('(', '1', ')')}`],
  ['CASE', `select ${nested('case when a and b then ', '1', ' end')}`],
  ['CASE with a column called end', `select ${nested('case when x.end and y then ', '1', ' end')}`],
  ['subqueries with a label called end', `select * from ${nested('(select 1 end from ', 't', ')')}`],
  ['joins with conditions', `select 1 from a ${nested('', '', ' join b on x and y')}`],
  ['unions of lists', `select 1, 2 ${nested('', '', ' union all select 1, 2')}`],
])('is as deep as the tree for nested %s', (_, text) => {
  expect(bound(text)).toBeGreaterThanOrEqual(times)
})

it('adds what stands above a bracket that was closed before', () => {
  const deep = nested('(', '1', ')')
  const chain = ' + 1'.repeat(times)
  expect(bound(`select ${deep}${chain}`)).toBeGreaterThan(2 * times)
  expect(bound(`select ((${deep}${chain})${chain})${chain}`)).toBeGreaterThan(4 * times)
})

it.each([
  ['a list', `select 1${', 1'.repeat(times)}`],
  ['rows', `insert into t values (1)${', (1)'.repeat(times)}`],
  ['conditions', `select 1 where a${' and b or c'.repeat(times)}`],
  ['the arms of CASE', `select case ${'when a = 1 then 2 '.repeat(times)} else 3 end`],
  ['statements', 'select (1);'.repeat(times)],
  ['statements after a column called case', `select a.case, b as case; ${'select 1;'.repeat(times)}`],
  ['statements after a bracket that is not closed', `select (1; ${'select 1;'.repeat(times)}`],
  ['functions of statements', `create function f() begin atomic ${'select 1;'.repeat(times)} end`],
])('does not grow with %s', (_, text) => {
  expect(bound(text)).toBeLessThan(30)
})
