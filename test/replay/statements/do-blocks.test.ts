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
  [
    'a loop',
    'for i in 1..(random() * 2)::int loop create table t (a int); end loop;',
    'CREATE TABLE under FOR',
  ],
  [
    'CASE',
    'case random() when 1 then create table t (a int); else null; end case;',
    'CREATE TABLE under CASE',
  ],
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
  expect(unmodelled(block("begin execute 'drop table ' || tablename; end"))).toEqual([
    ['EXECUTE of a computed string', null],
  ])
})

test.each([
  ["format('alter table %I %s row level security', 'notes', 'enable')"],
  ["format('alter table %2$I enable row level security', 'x', 'notes')"],
  ["'alter table ' || quote_ident('notes') || ' enable row level security'::text"],
])('EXECUTE of %s counts, since all of it is written', (query) => {
  const model = modelOf(block(`begin execute ${query}; end`))
  expect(relationOf(model, 'public.notes').rowSecurityEnabled).toBe(true)
  expect(reasonsOf(model)).toEqual([])
})

test.each([
  ["format('revoke all on function %s from public', f::regprocedure)", 'REVOKE', []],
  ["format('create index %I on notes (id)', i)", 'CREATE INDEX', ['public.notes']],
  ["format('drop policy %I on public.notes', p)", 'DROP', ['public.notes']],
  ["'alter table notes alter id set default ' || quote_literal(d)", 'ALTER TABLE', ['public.notes']],
  ["format('alter table %I enable row level security', t)", 'ALTER TABLE', null],
  ["format('alter table notes attach partition %I default', t)", 'ALTER TABLE', null],
  ["format('grant select on all tables in schema %I to r', s)", 'GRANT', null],
  ["format('create table %I (id int)', t)", 'CREATE TABLE', null],
  ["format('select %I()', f)", 'SELECT', null],
])('EXECUTE of %s is a computed %s that affects what it names', (query, command, affects) => {
  expect(unmodelled(block(`begin execute ${query}; end`))).toEqual([
    [`EXECUTE of a computed ${command}`, affects],
  ])
})

test('EXECUTE of a statement that moves no fact has no effect, whatever is put in for names and values', () => {
  const queries = ["format('analyze %I.%I', s, t)", "format('comment on table %s is %L', t::regclass, c)"]
  for (const query of queries) expect(unmodelled(block(`begin execute ${query}; end`))).toEqual([])
})

test.each([
  ["'analyze ' || t"],
  ["format('analyze %s', t)"],
  ["format('comment on table notes is ''%I''', t)"],
  ["format('analyze notes -- %I', t)"],
  ["format('analyze notes_%I', t)"],
  ["format('comment on table notes is E%L', t)"],
  ["format('analyze %1$I; drop table %10$s', t)"],
  ["format('comment on table notes is $%I$ $%I$', t, t)"],
])('EXECUTE of %s may run anything', (query) => {
  expect(unmodelled(block(`begin execute ${query}; end`))).toEqual([['EXECUTE of a computed string', null]])
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
    block(`begin if exists (select 1 from pg_class where oid = 'notes'::regclass and reltuples > 0) then
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
