import { expect, test } from 'vitest'
import { historyOf, modelOf, reasonsOf, relationOf } from '../fixture.ts'

const enableNotes = 'create table notes (id int);'

function block(body: string): string {
  return `${enableNotes}\ndo $$\n${body}\n$$;`
}

function unmodelled(sql: string) {
  return [...modelOf(sql).unmodelled.values()].map(({ reason, affects }) => [reason, affects])
}

test('a statement at the top of a block counts, and points at its own place', () => {
  const sql = block(
    `declare x int := 1;\nbegin\n  perform 1;\n  alter table notes enable row level security;\nend`,
  )
  const notes = relationOf(modelOf(sql), 'public.notes')
  expect(notes.rowSecurityEnabled).toBe(true)
  const source = notes.rowSecurityEnabledSource
  expect(sql.slice(source?.start, source?.end)).toBe('alter table notes enable row level security')
})

test('the same statement twice is found on its own line', () => {
  const sql = block(
    'begin\n drop table if exists a;\n\n create table a (é text);\n drop table a;\n create table a (é text);\nend',
  )
  const source = relationOf(modelOf(sql), 'public.a').source
  expect(source?.start).toBe(sql.lastIndexOf('create table a'))
})

test('a statement under a condition that is not known is unmodelled and names its relation', () => {
  const sql = block(`begin if random() > 0.5 then alter table notes enable row level security; end if; end`)
  expect(unmodelled(sql)).toEqual([['ALTER TABLE under IF', ['public.notes']]])
  expect(relationOf(modelOf(sql), 'public.notes').rowSecurityEnabled).toBe(false)
})

test.each([
  ['a loop', 'for i in 1..2 loop create table t (a int); end loop;', 'CREATE TABLE under FOR'],
  ['CASE', 'case 1 when 1 then create table t (a int); else null; end case;', 'CREATE TABLE under CASE'],
  [
    'a handler',
    'begin create table t (a int); exception when others then null; end;',
    'CREATE TABLE under an EXCEPTION handler',
  ],
  [
    'a conditional RETURN',
    'if random() > 0.5 then return; end if; create table t (a int);',
    'CREATE TABLE under a conditional RETURN',
  ],
])('CREATE TABLE under %s is unmodelled', (_, body, reason) => {
  expect(unmodelled(`do $$ begin ${body} end $$`)).toEqual([[reason, ['public.t']]])
})

test('EXECUTE of a literal counts and EXECUTE of a computed string is unmodelled', () => {
  const literal = "begin execute 'alter table notes ' || 'enable row level security'; end"
  expect(relationOf(modelOf(block(literal)), 'public.notes').rowSecurityEnabled).toBe(true)
  expect(unmodelled(block("begin execute format('drop table %I', 'notes'); end"))).toEqual([
    ['EXECUTE of a computed string', null],
  ])
})

test('what comes after RETURN does nothing', () => {
  const model = modelOf(block('begin return; drop table notes; end'))
  expect(relationOf(model, 'public.notes').name).toBe('notes')
  expect(reasonsOf(model)).toEqual([])
})

test('EXIT from a loop leaves what follows the loop certain', () => {
  const model = modelOf(block('begin loop exit when true; end loop; drop table notes; end'))
  expect(model.relations.has('public.notes')).toBe(false)
})

test('a block that moves rows or talks has no effect', () => {
  const body = `declare n int; begin insert into notes values (1); select count(*) into n from notes;
    raise notice 'n is %', n; assert n > 0; for i in 1..2 loop delete from notes; end loop; end`
  expect(reasonsOf(modelOf(block(body)))).toEqual([])
})

test('a type created in a block that catches duplicate_object is there once', () => {
  const guarded = `do $$ begin create type mood as enum ('sad'); exception when duplicate_object then null; end $$;`
  const model = modelOf(guarded + guarded.replace('sad', 'glad'))
  expect(model.types.get('public.mood')?.labels).toEqual(['sad'])
  expect(reasonsOf(model)).toEqual([])
})

test('the statements before a duplicate in a guarded block are undone', () => {
  const model = modelOf(`create table b (id int);
    do $$ begin create table a (id int); create table b (id int); exception when duplicate_table then null; end $$;`)
  expect([...model.relations.keys()]).toEqual(['public.b'])
  expect(reasonsOf(model)).toEqual([])
})

test('IF NOT EXISTS over a catalog is decided by the model', () => {
  const guard = (name: string) => `do $$ begin
    if not exists (select 1 from pg_policies where schemaname = 'public' and tablename = 'notes' and policyname = '${name}') then
      create policy ${name} on notes using (true);
    end if; end $$;`
  const model = modelOf(enableNotes + guard('own') + guard('own') + guard('other'))
  expect(relationOf(model, 'public.notes').policies.map(({ name }) => name)).toEqual(['own', 'other'])
  expect(reasonsOf(model)).toEqual([])
})

test('a catalog question that the model cannot answer leaves the statement unmodelled', () => {
  const sql =
    block(`begin if exists (select 1 from pg_class where oid = 'notes'::regclass and relrowsecurity) then
    drop table notes; end if; end`)
  expect(unmodelled(sql)).toEqual([['DROP under IF', ['public.notes']]])
})

test('a role that may exist elsewhere is created under IF NOT EXISTS', () => {
  const model = modelOf(`do $$ begin if not exists (select from pg_roles where rolname = 'app') then
    create role app nologin; end if; end $$`)
  expect(model.roles.has('app')).toBe(true)
  expect(reasonsOf(model)).toEqual([])
})

test('a block in another language, or that PL/pgSQL refuses, is unmodelled', () => {
  expect(unmodelled('do language plpython3u $$ pass $$')).toEqual([['DO in plpython3u', null]])
  expect(unmodelled('do $$ begin x := 1; end $$')).toMatchObject([[expect.stringContaining('x'), null]])
})

test('a block in quotes is placed in its own file', () => {
  const sql = `do 'begin\n  create table a (b text default ''x'');\nend'`
  const source = relationOf(modelOf(sql), 'public.a').source
  expect(sql.slice(source?.start).startsWith('create table a')).toBe(true)
  expect(historyOf(sql).statements).toBe(1)
})
