import { expect, test } from 'vitest'
import { replay } from '../../src/replay/replay.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { supabasePrelude } from '../../src/templates/supabase.ts'

await loadParser()

function modelAfter(sql: string) {
  const migration = {
    file: '1.sql',
    text: sql,
    parts: [{ kind: 'sql' as const, start: 0, end: sql.length }],
    session: 'new' as const,
  }
  return replay([migration], { prelude: supabasePrelude }).model
}

test('every statement of the prelude is modelled', () => {
  expect([...modelAfter('').unmodelled.values()]).toEqual([])
})

test('a new table in public is granted to anon and authenticated', () => {
  const { relations } = modelAfter('create table notes (id int); create table auth.extra (id int)')
  const grantees = (id: string) => [...new Set(relations.get(id)?.grants.map(({ grantee }) => grantee))]
  expect(grantees('public.notes')).toEqual(['postgres', 'anon', 'authenticated', 'service_role'])
  expect(grantees('auth.extra')).toEqual([])
})

test('service_role bypasses row security and anon does not', () => {
  const { roles } = modelAfter('')
  expect(roles.get('service_role')?.bypassRowSecurity).toBe(true)
  expect(roles.get('anon')?.bypassRowSecurity).toBe(false)
})

test('a policy on storage.objects finds its table and a type of the schema extensions its namespace', () => {
  const model = modelAfter(`
    create policy own on storage.objects for select using (auth.uid() = owner);
    create type extensions.embedding;
    create table documents (embedding embedding);`)
  expect(model.relations.get('storage.objects')?.policies.map(({ name }) => name)).toEqual(['own'])
  expect(model.relations.get('public.documents')?.columns[0]?.type).toBe('extensions.embedding')
  expect(model.unmodelled.size).toBe(0)
})
