import { expect, test } from 'vitest'
import { differencesOf } from '../../src/catalog/differences.ts'
import { modelOf } from '../replay/fixture.ts'
import { testServer } from '../server.ts'
import { readAfter } from './reading.ts'

const server = testServer()

const table = (using: string) => `
  create table t (tenant_id uuid, note varchar(10), total numeric, at timestamptz);
  create policy p on t using (${using});`

test.each([
  [`total > '10'`, `total > '11'`],
  [`at > '2020-01-01 00:00+00'`, `at > '2020-01-01 00:00+02'`],
  [`note::varchar(3) = 'abc'`, `note::varchar(4) = 'abc'`],
  [`total::int = 1`, `total = 1`],
  [`now() - interval '1 day' < at`, `now() - interval '1 month' < at`],
])('%s and %s differ where servers of one version print both', async (one, other) => {
  const [left, right] = [await readAfter(server(), table(one)), await readAfter(server(), table(other))]
  const { differences, notCompared } = differencesOf(left, right)
  expect(notCompared).toEqual([])
  expect(differences.map(({ part, field }) => `${part} ${field}`)).toEqual(['policies.p using'])
})

test('what a replay can not tell apart from what a server prints is not compared, and is no difference', async () => {
  const sql = table(`at > '2020-01-01 00:00+00'`)
  const { differences, notCompared } = differencesOf(modelOf(sql), await readAfter(server(), sql), {
    migrationRole: 'postgres',
    leavesOut: (kind) => kind === 'roles' || kind === 'namespaces',
  })
  expect(differences).toEqual([])
  expect(notCompared.map(({ part, field }) => `${part} ${field}`)).toEqual(['policies.p using'])
})
