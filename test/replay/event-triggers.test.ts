import { expect, test } from 'vitest'
import { modelOf, reasonsOf, relationOf } from './fixture.ts'

/** An event trigger whose function enables row security on each command that a condition admits. */
function securing(condition: string, clause = ''): string {
  return `create function secure() returns event_trigger language plpgsql as $$
    declare command record;
    begin
      for command in select * from pg_event_trigger_ddl_commands() where ${condition} loop
        execute format('alter table %s enable row level security', command.object_identity);
      end loop;
    end $$;
    create event trigger secures on ddl_command_end ${clause} execute function secure();`
}

function securedBy(sql: string): string[] {
  return [...modelOf(sql).relations.values()].flatMap(({ id, rowSecurityEnabled }) =>
    rowSecurityEnabled ? id : [],
  )
}

const ofTables = "command_tag in ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO') and object_type = 'table'"

test('an event trigger secures each table from its creation on, however the table is made', () => {
  const sql = `create table before_it (id int); ${securing(ofTables)}
    create table a (id serial primary key); create table b as select 1 as one; select 1 as one into c;
    do $$ begin execute 'create table "D d" (id int references a (id))'; end $$;
    create view v as select 1 as one; alter table before_it add n int`
  expect(securedBy(sql)).toEqual(['public.a', 'public.b', 'public.c', 'public."D d"'])
  expect(reasonsOf(modelOf(sql))).toEqual([])
})

test('row security that an event trigger enables points at the statement that made the table', () => {
  const sql = `${securing(ofTables)}\ncreate table a (id int);`
  const source = relationOf(modelOf(sql), 'public.a').rowSecurityEnabledSource
  expect(sql.slice(source?.start, source?.end)).toBe('create table a (id int)')
})

test('tags, disabling and dropping keep an event trigger from firing', () => {
  const sql = `${securing("object_type = 'table'", "when tag in ('CREATE TABLE')")}
    create table a as select 1 as one; alter event trigger secures disable; create table b (id int);
    alter event trigger secures enable; create table c (id int); drop event trigger secures; create table d (id int)`
  expect(securedBy(sql)).toEqual(['public.c'])
})

test('the elements of CREATE SCHEMA fire once, as rows of its command', () => {
  const schema = 'create schema s create table t (id int)'
  expect(securedBy(`${securing("object_type = 'table'")} ${schema}`)).toEqual(['s.t'])
  expect(securedBy(`${securing("object_type = 'table'", "when tag in ('CREATE TABLE')")} ${schema}`)).toEqual(
    [],
  )
})

test('a table that exists already is no command', () => {
  const sql = `create table a (id int); ${securing("object_type = 'table'")} create table if not exists a (id int)`
  expect(securedBy(sql)).toEqual([])
})

test('a function that is replaced fires as it then is', () => {
  const sql = `${securing('false')} create table a (id int);
    ${securing(ofTables).split('create event trigger')[0]?.replace('create function', 'create or replace function')}
    create table b (id int)`
  expect(securedBy(sql)).toEqual(['public.b'])
})

test('a condition that is not known leaves the new table unmodelled, and no other', () => {
  const sql = `${securing(`random() > 0.5 and ${ofTables}`)} create table a (id int)`
  expect([...modelOf(sql).unmodelled.values()]).toMatchObject([
    { reason: 'call of public.secure(): ALTER TABLE under FOR', affects: ['public.a'] },
  ])
  const known = `create function e() returns event_trigger language plpgsql as $$ declare c record; begin
    if random() > 0.5 then for c in select * from pg_event_trigger_ddl_commands() where command_tag = tg_tag loop
    execute 'alter table ' || c.object_identity || ' force row level security'; end loop; end if; end $$;
    create event trigger t on ddl_command_end when tag in ('CREATE TABLE') execute function e(); create table a (id int)`
  expect([...modelOf(known).unmodelled.values()]).toMatchObject([
    { reason: 'call of public.e(): ALTER TABLE under IF', affects: ['public.a'] },
  ])
})

test('an event trigger that fires for what it does itself is unmodelled', () => {
  const sql = `create function e() returns event_trigger language plpgsql as $$ begin
    execute format('create table t%s (id int)', random()); end $$;
    create event trigger t on ddl_command_end execute function e(); create table a (id int)`
  expect(reasonsOf(modelOf(sql)).length).toBeGreaterThan(0)
  const endless = `create table x (id int); create function e() returns event_trigger language plpgsql as $$ begin
    alter table x enable row level security; end $$;
    create event trigger t on ddl_command_end execute function e(); create table a (id int)`
  expect(reasonsOf(modelOf(endless))).toEqual(['event trigger t fires without end'])
})
