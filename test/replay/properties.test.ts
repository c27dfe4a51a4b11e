import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SchemaModel } from '../../src/model/schema-model.ts'
import { historyOf, modelOf } from './fixture.ts'

/** Statements of every family; shuffled and cut they hit states that no history has. */
const statements = [
  'create schema app authorization boss create table inside (id int)',
  'create table a (id int primary key, b_id int default 1, at timestamptz default now())',
  'create table b (like a including all)',
  'create table p (id int, k int) partition by list (k)',
  'create table p1 partition of p for values in (1)',
  'create unlogged table c as select * from a',
  'select * into d from a join b using (id)',
  'alter table a enable row level security, force row level security, add column tenant_id uuid',
  'alter table only p attach partition b for values in (2)',
  'alter table a rename to b2',
  'alter table b add constraint fk foreign key (b_id) references a (id) on delete cascade',
  'create policy own on a using (tenant_id = f()) with check (true)',
  'alter policy own on a to r using (false)',
  'drop policy if exists own on a',
  'create index on a (lower(b_id::text)) where b_id > 0',
  'create or replace view v with (security_invoker) as select * from a where f() > 0',
  'create materialized view mv as select * from v',
  'create rule ru as on insert to v do instead nothing',
  'create trigger tr before insert or update on a for each row execute function tf()',
  'create or replace function f() returns int language sql stable security definer as $$ select 1 $$',
  "create function tf() returns trigger language plpgsql as $$ begin execute 'drop table b'; return new; end $$",
  'drop function f() cascade',
  'create role r bypassrls in role s',
  'grant select (id), insert on a to r with grant option',
  'revoke all on all tables in schema public, app from r, public cascade',
  'alter default privileges for role r in schema app grant all on tables to s',
  'alter default privileges revoke execute on functions from public',
  'grant r to s with inherit false',
  'reassign owned by r to s',
  'drop owned by r',
  "create type mood as enum ('x')",
  "alter type mood add value 'y' before 'x'",
  'create domain dom as text check (value > 1)',
  'create sequence s owned by a.id',
  'create publication pub for table a (id), tables in schema app',
  'alter publication pub set table only b',
  'create extension if not exists pg_cron with schema app cascade',
  "create event trigger et on ddl_command_end when tag in ('DROP TABLE') execute function tf()",
  'set search_path = app, "Odd", public',
  "select set_config('search_path', 'app', false), unknown_thing(1)",
  'set local role r',
  'discard all',
  'insert into a values (1)',
  'do $$ begin create table e (id int); if f() > 1 then drop table a; end if; execute format($x$x$x$); end $$',
  "do $$ begin create type mood as enum ('z'); exception when duplicate_object then null; end $$",
  'drop schema app cascade',
  'drop table if exists a, b cascade',
  'alter table a set schema app',
  'alter schema app rename to app2',
  'comment on table a is $$x$$',
  'import foreign schema x from server y into app',
  'alter role r rename to q',
] as const

const script = fc.array(fc.constantFrom(...statements), { maxLength: 30 })
const boundary = fc.constantFrom(
  'begin',
  'commit',
  'rollback',
  'savepoint s1',
  'rollback to s1',
  'release s1',
  'commit and chain',
)

/** The model as plain data; parse trees included. */
function plain(model: SchemaModel): unknown {
  return Object.fromEntries(
    Object.entries(model).map(([key, value]) => [key, value instanceof Map ? [...value].sort() : value]),
  )
}

test('statements in any order, with transactions anywhere, replay without throwing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...statements) }, boundary), {
        maxLength: 40,
      }),
      (list) => {
        const history = historyOf(list.map((sql, at) => [`${at % 3}.sql`, `${sql};`] as const))
        for (const { model } of history.steps()) expect(model.focus).toBeNull()
      },
    ),
    { numRuns: 150 },
  )
})

test('statements with pieces cut out or doubled replay without throwing', () => {
  const cut = fc.tuple(script, fc.nat(2000), fc.nat(40), fc.boolean()).map(([list, at, length, twice]) => {
    const text = list.join(';\n')
    const start = at % (text.length + 1)
    const piece = text.slice(start, start + length)
    return text.slice(0, start) + (twice ? piece + piece : '') + text.slice(start + length)
  })
  fc.assert(
    fc.property(cut, (sql) => {
      expect(modelOf(sql).relations).toBeInstanceOf(Map)
    }),
    { numRuns: 200 },
  )
})

test('what a transaction did is gone after ROLLBACK', () => {
  fc.assert(
    fc.property(script, script, (before, inside) => {
      const history = (list: readonly string[]) => plain(modelOf(`${list.join(';\n')};`))
      expect(history([...before, 'begin', ...inside, 'rollback'])).toEqual(
        history([...before, 'begin', 'rollback']),
      )
    }),
    { numRuns: 100 },
  )
})

test('the last step of a history is its model', () => {
  fc.assert(
    fc.property(script, (list) => {
      const history = historyOf(list.map((sql, at) => [`${at}.sql`, sql] as const))
      const end = plain(history.model)
      let last: unknown = end
      for (const step of history.steps()) last = plain(step.model)
      expect(last).toEqual(end)
      expect(plain(history.model)).toEqual(end)
    }),
    { numRuns: 50 },
  )
})
