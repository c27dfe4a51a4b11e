import { beforeAll, expect, test } from 'vitest'
import { readBareNames } from '../../src/policy/bare-names.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { modelOf } from '../checks/examples.ts'

beforeAll(loadParser)

/** What the body of a function looks for in `pg_temp` first. */
function temporaryIn(body: string, language = 'plpgsql'): string[] {
  const { routines } = modelOf([
    `create function public.f() returns void language ${language} as $f$ ${body} $f$;`,
  ])
  const routine = routines.get('public.f()')
  if (routine === undefined) throw new Error('the function was not created')
  return [...readBareNames(routine).temporary].sort()
}

test('a table without its namespace is looked for, one with it is not', () => {
  expect(temporaryIn('select from members join app.invoices i on true', 'sql')).toEqual(['members'])
  expect(
    temporaryIn('begin insert into seen values (1); update counts set n = 1; delete from only old; end'),
  ).toEqual(['counts', 'old', 'seen'])
})

test('a type is looked for in a cast and a declaration, but not one that the grammar knows', () => {
  expect(temporaryIn('select $1::uuid, cast(1 as money), 1::integer, 2::pg_catalog.int8', 'sql')).toEqual([
    'money',
    'uuid',
  ])
  expect(
    temporaryIn(
      'declare a uuid; b constant text := 1; c app.kind; d boolean; begin if a = 1 then return; end if; end',
    ),
  ).toEqual(['text', 'uuid'])
})

test('names of WITH, variables, aliases and calls are not looked for', () => {
  expect(
    temporaryIn('with w as (select 1), v as materialized (select 2) select from w join v on true', 'sql'),
  ).toEqual([])
  expect(
    temporaryIn(
      'begin select id into found_id from app.invoices i where extract(epoch from due) > 1 for update; end',
    ),
  ).toEqual([])
  expect(temporaryIn('select from lateral unnest(x) u where a is distinct from b', 'sql')).toEqual([])
})
