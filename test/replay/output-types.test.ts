import { expect, test } from 'vitest'
import { modelOf, relationOf } from './fixture.ts'

test('a star over a WITH query of a union takes no place of the columns behind it', () => {
  const model = modelOf(`
    create table t (id uuid, name text);
    create view v as
      with rows as (select id, name from t)
      select rows.*, true as first from rows union select rows.*, false from rows;
  `)
  expect(relationOf(model, 'public.v').columns.map(({ name, type }) => [name, type])).toEqual([
    ['id', 'unknown'],
    ['name', 'unknown'],
    ['first', 'boolean'],
  ])
})

test('a column of a union has a type where both of its queries give the same', () => {
  const model = modelOf(`
    create table t (short varchar(5), long varchar(9), id uuid);
    create view v as select short, id from t union select long, id from t;
  `)
  expect(relationOf(model, 'public.v').columns.map(({ name, type }) => [name, type])).toEqual([
    ['short', 'unknown'],
    ['id', 'uuid'],
  ])
})
