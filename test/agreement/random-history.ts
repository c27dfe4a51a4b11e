import fc, { type Arbitrary } from 'fast-check'

const pick = (...items: readonly string[]): Arbitrary<string> => fc.constantFrom(...items)

/** SQL with arbitraries in the place of names: a template's values are drawn one by one. */
function sql(parts: TemplateStringsArray, ...values: readonly Arbitrary<string>[]): Arbitrary<string> {
  return fc
    .tuple(...values)
    .map((drawn) => parts.reduce((text, part, at) => text + part + (drawn[at] ?? ''), ''))
}

const namespace = pick('app', '"Odd one"', 'public')
const newTable = pick('t1', 't2', 'app.t1', 'app.t3', '"Odd one"."T ""4"""', 'app."select"')
const table = fc.oneof(
  { weight: 4, arbitrary: pick('app.base', 'child', 'app.parent', 'part', 'part_one') },
  { weight: 2, arbitrary: newTable },
)
const view = pick('v1', 'app.v2', '"Odd one".v3')
const relation = fc.oneof({ weight: 4, arbitrary: table }, { weight: 1, arbitrary: view })
const column = pick('id', 'tenant_id', 'name', '"Mixed"', 'extra', 'amount')
const role = pick('reader', 'writer', '"Big Boss"')
const grantee = fc.oneof(role, pick('public'))
const type = pick(
  'integer',
  'text',
  'uuid',
  'varchar(20)',
  'numeric(10, 2)',
  'timestamptz',
  'jsonb',
  'text[]',
  'mood',
)
const privilege = pick(
  'select',
  'insert',
  'update, delete',
  'all',
  'select (id)',
  'update (name, id), select',
  'truncate',
)
const command = pick('', 'for select', 'for update', 'for delete', 'for all')
const policy = pick('p1', 'p2', '"Policy 3"')
const routine = pick('f()', 'app.f(uuid)', '"Odd one".g(a text, b integer)')
const ifExists = pick('', 'if exists ')
const cascade = pick('', ' cascade', ' restrict')
const condition = pick(
  'true',
  'id > 0',
  "name = 'x'",
  "name in ('x', 'y')",
  'tenant_id = app.f(null)',
  "tenant_id = nullif(current_setting('app.tenant', true), '')::uuid",
  'exists (select 1 from app.base where base.tenant_id is not null)',
  'id in (select id from app.parent p where p.name is not null)',
)
const event = pick('insert', 'update', 'insert or update or delete', 'update of name')
const timing = pick('before', 'after')

const tables = [
  sql`create table ${newTable} (id integer primary key, tenant_id uuid not null, name text default 'x')`,
  sql`create table ${newTable} (id bigint generated always as identity, tenant_id uuid, ${column} ${type})`,
  sql`create table if not exists ${newTable} (id serial primary key, name varchar(10) not null default 'a' check (name <> ''))`,
  sql`create table ${newTable} (id integer, name text unique, tenant_id uuid references app.base (tenant_id) on delete cascade)`,
  sql`create table ${newTable} (like ${table} including all)`,
  sql`create table ${newTable} (like ${table} including defaults, extra integer)`,
  sql`create table ${newTable} (more text) inherits (${table})`,
  sql`create table ${newTable} as select id, name from ${table}`,
  sql`create unlogged table ${newTable} (id integer)`,
  sql`create table ${newTable} partition of part for values in (${pick('2', '3', '4')})`,
  sql`create table ${newTable} partition of part default`,
  sql`create table ${newTable} (id integer, region integer) partition by ${pick('range (id)', 'list (region)', 'hash (id)')}`,
  sql`alter table part attach partition ${newTable} for values in (${pick('5', '6')})`,
  sql`alter table part detach partition ${pick('part_one', 't1', 'app.t3')}`,
  sql`drop table ${ifExists}${table}${cascade}`,
  sql`alter table ${table} inherit ${table}`,
  sql`alter table ${table} no inherit ${table}`,
]

const changes = [
  sql`alter table ${table} add column ${column} ${type}`,
  sql`alter table ${table} add column if not exists ${column} ${type} not null default null`,
  sql`alter table ${table} add column extra integer default 1 + 1, drop column if exists amount`,
  sql`alter table ${table} drop column ${ifExists}${column}${cascade}`,
  sql`alter table ${table} alter column ${column} set not null`,
  sql`alter table ${table} alter column ${column} drop not null`,
  sql`alter table ${table} alter column ${column} type ${type} using null`,
  sql`alter table ${table} alter column ${column} set default null`,
  sql`alter table ${table} alter column name set default ${pick("'y'", "lower('Z')", 'current_user')}`,
  sql`alter table ${table} rename to ${pick('t1', 't2', 'base', '"New name"')}`,
  sql`alter table ${table} rename column ${column} to ${column}`,
  sql`alter table ${table} set schema ${namespace}`,
  sql`alter table ${table} owner to ${role}`,
  sql`alter table ${table} add constraint ${pick('c1', 'c2')} check (id > 0)`,
  sql`alter table ${table} add constraint ${pick('c1', 'c2')} unique (id, name)`,
  sql`alter table ${table} add constraint c3 foreign key (tenant_id) references app.base (tenant_id) not valid`,
  sql`alter table ${table} validate constraint c3`,
  sql`alter table ${table} drop constraint ${ifExists}${pick('c1', 'c2', 'c3', 'base_pkey', 't1_pkey')}${cascade}`,
  sql`alter table ${table} rename constraint ${pick('c1', 'c2')} to c4`,
  sql`create index on ${table} (${column})`,
  sql`create unique index ${pick('i1', 'i2')} on ${table} (id, lower(name)) where id > 1`,
  sql`drop index ${ifExists}${pick('i1', 'app.i1', 'app.base_id_idx', 'i2')}`,
  sql`alter index ${pick('i1', 'app.i1')} rename to i2`,
]

const protection = [
  sql`alter table ${table} ${pick('enable', 'disable', 'force', 'no force')} row level security`,
  sql`create policy ${policy} on ${table} ${command} to ${grantee} using (${condition})`,
  sql`create policy ${policy} on ${table} as restrictive using (${condition}) with check (${condition})`,
  sql`create policy ${policy} on ${table} for insert to ${role}, ${role} with check (${condition})`,
  sql`alter policy ${policy} on ${table} using (${condition})`,
  sql`alter policy ${policy} on ${table} to ${grantee}`,
  sql`alter policy ${policy} on ${table} rename to ${policy}`,
  sql`drop policy ${ifExists}${policy} on ${table}`,
  sql`grant ${privilege} on ${relation} to ${grantee}`,
  sql`grant ${privilege} on ${table} to ${role} with grant option`,
  sql`revoke ${privilege} on ${relation} from ${grantee}`,
  sql`revoke grant option for select on ${table} from ${role} cascade`,
  sql`grant ${pick('select', 'all')} on all tables in schema ${namespace} to ${grantee}`,
  sql`revoke all on all tables in schema ${namespace} from ${grantee}`,
  sql`grant usage, create on schema ${namespace} to ${grantee}`,
  sql`revoke ${pick('all', 'usage')} on schema ${namespace} from ${grantee}`,
  sql`alter default privileges in schema ${namespace} grant ${pick('select', 'all')} on tables to ${grantee}`,
  sql`alter default privileges in schema ${namespace} revoke ${pick('select', 'all')} on tables from ${grantee}`,
  sql`alter default privileges ${pick('grant', 'revoke')} execute on functions ${pick('to', 'from')} public`,
  sql`alter default privileges for role ${role} grant all on tables to ${grantee}`,
  sql`grant execute on function ${pick('f()', 'app.f(uuid)')} to ${grantee}`,
  sql`revoke execute on function ${pick('f()', 'app.f(uuid)')} from ${grantee}`,
  sql`revoke all on all functions in schema ${namespace} from public`,
  sql`grant ${role} to ${role}`,
  sql`revoke ${role} from ${role}`,
  sql`alter role ${role} ${pick('bypassrls', 'nobypassrls', 'login', 'createrole', 'noinherit')}`,
  sql`alter role ${role} set search_path to ${namespace}`,
  sql`alter role ${role} rename to ${role}`,
  sql`reassign owned by ${role} to ${role}`,
]

const others = [
  sql`create view ${view} as select * from ${table}`,
  sql`create or replace view ${view} with (security_invoker) as select id, name from ${table} where ${condition}`,
  sql`create view ${view} (a, b) as select t.id, count(*) from ${table} t group by t.id`,
  sql`create materialized view ${view} as select id from ${table}`,
  sql`alter view ${view} set (${pick('security_invoker', 'security_barrier', 'security_invoker = false')})`,
  sql`alter view ${view} rename to ${pick('v1', 'v9')}`,
  sql`drop view ${ifExists}${view}${cascade}`,
  sql`create function ${routine} returns integer language sql ${pick('stable', 'security definer', '')} as 'select 1'`,
  sql`create or replace function app.f(uuid) returns uuid language sql set search_path = ${namespace} as 'select $1'`,
  sql`alter function ${pick('f()', 'app.f(uuid)')} ${pick('security definer', 'immutable', 'set role to reader', 'reset all')}`,
  sql`alter function ${pick('f()', 'app.f(uuid)')} rename to ${pick('f', 'g')}`,
  sql`drop function ${ifExists}${pick('f()', 'app.f(uuid)', '"Odd one".g(text, integer)')}${cascade}`,
  sql`create trigger ${pick('tr1', 'tr2')} ${timing} ${event} on ${table} for each row execute function app.touch()`,
  sql`create or replace trigger tr1 ${timing} ${event} on ${table} execute function app.touch()`,
  sql`alter table ${table} ${pick('disable', 'enable')} trigger ${pick('tr1', 'all')}`,
  sql`drop trigger ${ifExists}${pick('tr1', 'tr2')} on ${table}`,
  sql`create rule ru as on ${pick('insert', 'update')} to ${table} do instead nothing`,
  sql`create schema ${pick('more', 'app', '"Odd one"')}`,
  sql`drop schema ${ifExists}${namespace}${cascade}`,
  sql`alter schema ${pick('app', '"Odd one"')} rename to ${pick('more', 'app')}`,
  sql`alter schema ${namespace} owner to ${role}`,
  sql`create type ${pick('mood', 'app.mood')} as enum ('calm', 'cross')`,
  sql`alter type mood add value if not exists 'new' before 'cross'`,
  sql`create domain app.short as varchar(3)`,
  sql`drop type ${ifExists}${pick('mood', 'app.mood')}${cascade}`,
  sql`create sequence ${pick('s1', 'app.s1')} owned by app.base.id`,
  sql`drop sequence ${ifExists}${pick('s1', 'app.s1', 't1_id_seq')}${cascade}`,
  sql`create publication ${pick('pub', 'pub2')} for table ${table}`,
  sql`alter publication pub add table ${table}`,
  sql`set search_path = ${namespace}, public`,
  sql`reset search_path`,
  sql`set role ${role}`,
  sql`reset role`,
  sql`begin`,
  sql`rollback`,
  sql`commit`,
  sql`do $$ begin alter table app.base enable row level security; drop policy if exists p1 on app.base; end $$`,
]

/** What stands before every history, so that most statements find what they name. */
export const beginning = [
  'create role reader',
  'create role writer login',
  'create role "Big Boss" noinherit bypassrls',
  'create schema app',
  'create schema "Odd one"',
  'grant create, usage on schema app, "Odd one", public to writer, "Big Boss"',
  'create table app.base (id integer primary key, tenant_id uuid unique, name text)',
  'create table app.parent (id integer not null, name text, amount numeric)',
  'create table child (tenant_id uuid) inherits (app.parent)',
  'create table part (id integer, name text, tenant_id uuid) partition by list (id)',
  'create table part_one partition of part for values in (1)',
  `create function app.f(uuid) returns uuid language sql stable as 'select $1'`,
  `create function app.touch() returns trigger language plpgsql as 'begin return new; end'`,
]

/** Statements in any order. What the server refuses of them is as if it were not there. */
export const randomHistory: Arbitrary<readonly string[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.oneof(...tables) },
    { weight: 3, arbitrary: fc.oneof(...changes) },
    { weight: 4, arbitrary: fc.oneof(...protection) },
    { weight: 3, arbitrary: fc.oneof(...others) },
  ),
  { minLength: 1, maxLength: 40, size: 'max' },
)
