import { beforeAll, expect, test } from 'vitest'
import type { SessionStart } from '../../src/replay/migration.ts'
import { replay } from '../../src/replay/replay.ts'
import { loadParser } from '../../src/sql/parse.ts'

beforeAll(loadParser)

const before = `create role app; create schema a; create temporary table staged (id int);
  set search_path = a; set role app`
const after = 'create table t (id int)'

/** The tables after two files, each with its owner, where the second one starts so. */
function tables(session: SessionStart): (string | null)[][] {
  const migrations = [before, after].map((text, at) => ({
    file: `${at}.sql`,
    text,
    parts: [{ kind: 'sql' as const, start: 0, end: text.length }],
    session: at === 0 ? 'new' : session,
  }))
  return [...replay(migrations).model.relations.values()].map(({ id, owner }) => [id, owner])
}

test.each<[string, SessionStart, (string | null)[][]]>([
  ['a new session keeps nothing of the file before', 'new', [['public.t', null]]],
  [
    'RESET ALL between files leaves the role and temporary tables',
    'reset-all',
    [
      ['pg_temp.staged', null],
      ['public.t', 'app'],
    ],
  ],
  [
    'one session goes on as the file before left it',
    'same',
    [
      ['pg_temp.staged', null],
      ['a.t', 'app'],
    ],
  ],
  [
    'a tool that puts the search path back leaves the role',
    ['search_path'],
    [
      ['pg_temp.staged', null],
      ['public.t', 'app'],
    ],
  ],
])('%s', (_, session, expected) => {
  expect(tables(session)).toEqual(expected)
})
