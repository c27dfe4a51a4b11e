import { expect, test } from 'vitest'
import { replay } from '../../src/replay/replay.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { readPsql } from '../../src/sql/psql.ts'

await loadParser()

const schema = 'create table notes (id int);\n'

function affectedBy(statement: string) {
  const text = `${schema}${statement}`
  const parts = [...readPsql(text, { start: 0, end: text.length }, new Map())].flatMap((part) =>
    part.kind === 'include' ? [] : part,
  )
  const { model } = replay([{ file: '1.sql', text, parts, session: 'new' }])
  return [...model.unmodelled.values()].map(({ affects }) => affects)
}

test.each([
  ['grant select on notes to :who', ['public.notes']],
  ['grant :one to :other', []],
  ["create role :who password :'secret'", []],
  ['create policy p on notes to :"who" using (true)', ['public.notes']],
  ['grant select on :relation to app', null],
  ['grant select on :schema.notes to app', null],
  ['alter default privileges for role :who grant select on tables to app', null],
  ['create table :relation (id int)', null],
  ['revoke :everything', null],
])('%s with variables that are not set affects what it names besides', (statement, affects) => {
  expect(affectedBy(`${statement};`)).toEqual([affects])
})
