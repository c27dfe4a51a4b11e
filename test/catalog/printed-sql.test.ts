import { expect, test } from 'vitest'
import { PrintedSql } from '../../src/catalog/printed-sql.ts'
import { printExpression } from '../../src/sql/expression.ts'
import { loadParser } from '../../src/sql/parse.ts'

await loadParser()

test('equal texts share one tree', () => {
  const printed = new PrintedSql()
  expect(printed.expression('(a = 1)')).toBe(printed.expression('(a = 1)'))
  expect(printed.expression('(a = 1)')).not.toBe(printed.expression('(a = 2)'))
})

test('a list of expressions is taken apart at its commas, not at those inside', () => {
  const texts = new PrintedSql().expressions("lower(a), (b || ', '), f(a, b)").map(printExpression)
  expect(texts).toEqual(['lower(a)', "b || ', '", 'f(a, b)'])
})

test('a type is spelt as the model spells it, with its modifier and as an array', () => {
  const printed = new PrintedSql()
  expect(printed.type('public."user"')).toBe('public.user')
  expect(printed.type('"S.x"."Ty""pe"(3)[]')).toBe('"S.x"."Ty""pe"(3)[]')
  expect(printed.type('character varying(20)')).toBe('character varying(20)')
})

test('what the parser refuses is an error that shows it, cut where it is long', () => {
  const printed = new PrintedSql()
  expect(() => printed.expression('a +')).toThrow(/syntax error at end of input.*: a \+$/)
  expect(() => printed.expression(`a + ${'b '.repeat(500)}`)).toThrow(/\.\.\.$/)
  expect(() => printed.expression('a, b')).toThrow('not one expression')
})
