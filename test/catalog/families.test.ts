import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { differencesOf } from '../../src/catalog/differences.ts'
import { modelOf, reasonsOf } from '../replay/fixture.ts'
import { testedMajor, testServer } from '../server.ts'
import { readAfter } from './reading.ts'

const server = testServer()
const migrationRole = 'postgres'

/** Histories of one family of statements each; a name that ends in `.from-16` needs PostgreSQL 16. */
const folder = join(import.meta.dirname, 'families')
const families = readdirSync(folder).filter((file) => {
  const since = file.split('.from-')[1]
  return since === undefined || Number.parseInt(since, 10) <= testedMajor
})

/** PostgreSQL 14 lets everybody create in `public`; a replay knows the later versions. */
const beginning = testedMajor < 15 ? 'revoke create on schema public from public;' : ''

test.each(families)('a replay and the catalogs tell the same of %s', async (file) => {
  const sql = readFileSync(join(folder, file), 'utf8')
  const replayed = modelOf(sql)
  const read = await readAfter(server(), beginning + sql, { migrationRole })
  const { differences, compared } = differencesOf(replayed, read, {
    migrationRole,
    leavesOut: (kind, id) => kind === 'roles' && id === migrationRole,
  })
  expect(reasonsOf(replayed)).toEqual([])
  expect(differences).toEqual([])
  expect(compared).toBeGreaterThan(0)
})
