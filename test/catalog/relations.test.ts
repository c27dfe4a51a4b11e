import { expect, test } from 'vitest'
import { relationOf } from '../replay/fixture.ts'
import { testServer } from '../server.ts'
import { readAfter } from './reading.ts'

const server = testServer()

test('a column that was dropped is gone, and the numbers of constraints and indexes still find theirs', async () => {
  const model = await readAfter(
    server(),
    `create table t (gone int, id int primary key, tenant_id uuid not null, name text);
     alter table t drop column gone;
     create index by_name on t (tenant_id, lower(name)) include (id) where name is not null;`,
  )
  const table = relationOf(model, 'public.t')
  expect(table.columns.map(({ name }) => name)).toEqual(['id', 'tenant_id', 'name'])
  expect(table.constraints.map(({ name, columns }) => [name, columns])).toEqual([['t_pkey', ['id']]])
  const index = table.indexes.find(({ name }) => name === 'by_name')
  expect(index?.keys.map((key) => typeof key)).toEqual(['string', 'object'])
  expect(index?.included).toEqual(['id'])
})
