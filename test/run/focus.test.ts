import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { account, lives, told } from './history.ts'

const tables = ['a', 'b', 'c', 'd']
const table = fc.constantFrom(...tables)
const columns = 'id uuid primary key, org_id uuid, user_id uuid, parent uuid'

/** Predicates that tie the tenant, that don't, and that hang on other relations and on functions. */
const predicate = fc.oneof(
  fc.constant('true'),
  fc.constant(`org_id = current_setting('app.tenant_id', true)::uuid`),
  fc.constant('org_id = public.current_org()'),
  fc.constant('public.allowed(org_id)'),
  fc.constantFrom('note is not null', `note = current_setting('app.tenant_id', true)`),
  table.map((other) => `exists (select from public.${other} o where note is null and o.id = parent)`),
  table.map((other) => `parent in (select id from public.${other})`),
  table.map((other) => `exists (select from public.${other} o where o.id = parent and o.org_id is not null)`),
  fc.constant('parent in (select id from public.v)'),
)

const body = fc.constantFrom(
  `select current_setting('app.tenant_id', true)::uuid`,
  'select public.inner_org()',
  'select null::uuid',
  'select org_id from public.a where user_id = auth.uid()',
  'select org_id from public.members where user_id = auth.uid()',
)

/** Statements that move something; many fail to apply to the state that they meet, as in real histories. */
const statement = fc.oneof(
  table.map((name) => `create table public.${name} (${columns})`),
  fc
    .tuple(table, table)
    .map(
      ([name, of]) =>
        `create table public.${name} (id uuid primary key, parent uuid references public.${of} (id))`,
    ),
  fc.tuple(table, table).map(([name, of]) => `create table public.${name} (like public.${of})`),
  fc.tuple(table, table).map(([name, of]) => `create table public.${name} as select * from public.${of}`),
  fc.tuple(table, table).map(([name, of]) => `create table public.${name} () inherits (public.${of})`),
  table.map((name) => `create table public.${name} (org_id uuid, id uuid) partition by list (org_id)`),
  fc.tuple(table, table).map(([name, of]) => `create table public.${name} partition of public.${of} default`),
  fc
    .tuple(table, table)
    .map(([name, of]) => `alter table public.${of} attach partition public.${name} default`),
  fc
    .tuple(table, table)
    .map(([name, of]) => `alter table public.${name} add foreign key (parent) references public.${of} (id)`),
  fc.tuple(table, table).map(([name, other]) => `alter table public.${name} rename to ${other}`),
  fc
    .tuple(table, fc.constantFrom('enable', 'disable', 'force', 'no force'))
    .map(([name, flag]) => `alter table public.${name} ${flag} row level security`),
  fc
    .tuple(
      table,
      fc.constantFrom(
        'add column org_id uuid',
        'drop column org_id',
        'add column parent uuid',
        'add column user_id uuid',
        'add column note text',
        'drop column note',
        'alter column note set not null',
        'alter column org_id set not null',
        'rename column note to org_id',
        'owner to app_user',
        'owner to other',
        'add check (org_id is not null)',
        'add constraint k unique (org_id, id)',
        'drop constraint k cascade',
      ),
    )
    .map(([name, change]) => `alter table public.${name} ${change}`),
  fc
    .tuple(
      table,
      fc.constantFrom('all', 'select', 'update'),
      fc.constantFrom('app_user', 'other', 'public'),
      predicate,
    )
    .map(
      ([name, command, role, using]) =>
        `create policy p on public.${name} for ${command} to ${role} using (${using})`,
    ),
  table.map((name) => `drop policy p on public.${name}`),
  table.map((name) => `drop table public.${name} cascade`),
  table.map((name) => `create or replace view public.v as select id, org_id from public.${name}`),
  fc.constantFrom(
    'alter view public.v owner to other',
    'alter view public.v set (security_invoker = true)',
    'create or replace view public.w as select id from public.v',
    'create materialized view public.m as select id from public.v',
    'drop materialized view public.m',
  ),
  body.map(
    (sql) => `create or replace function public.current_org() returns uuid language sql as $$ ${sql} $$`,
  ),
  body.map(
    (sql) => `create or replace function public.inner_org() returns uuid language sql as $$ ${sql} $$`,
  ),
  body.map(
    (sql) =>
      `create or replace function public.allowed(k uuid) returns boolean language sql as $$ select k = (${sql}) $$`,
  ),
  fc.constant('drop function public.current_org() cascade'),
  fc.constantFrom(
    'alter function public.inner_org() security definer; alter function public.inner_org() owner to other',
    'alter function public.inner_org() security definer',
    'alter function public.inner_org() owner to other',
    'drop function public.inner_org() cascade',
    'alter function public.inner_org() set search_path = public, s',
    'revoke execute on function public.inner_org() from public',
  ),
  fc.constantFrom(
    'create table public.orgs (id uuid primary key)',
    'alter table public.orgs add column note text',
    'drop table public.orgs cascade',
    'create table public.members (org_id uuid, user_id uuid)',
    'alter table public.members add foreign key (user_id) references public.a (id)',
    'create policy p on public.members using (user_id = auth.uid())',
    'drop table public.members cascade',
  ),
  fc
    .tuple(table, table)
    .map(
      ([name, of]) =>
        `alter table public.${name} add foreign key (org_id, parent) references public.${of} (org_id, id)`,
    ),
  table.map((name) => `alter table public.${name} drop constraint ${name}_parent_fkey`),
  fc
    .tuple(table, fc.constantFrom('id', 'org_id'))
    .map(([name, column]) => `create index i_${name} on public.${name} (${column})`),
  table.map((name) => `drop index public.i_${name}`),
  fc
    .tuple(fc.constantFrom('grant', 'revoke'), table, fc.constantFrom('app_user', 'other', 'public'))
    .map(
      ([verb, name, role]) =>
        `${verb} select, update, truncate on public.${name} ${verb === 'grant' ? 'to' : 'from'} ${role}`,
    ),
  table.map(
    (name) =>
      `create trigger t before update on public.${name} for each row execute function public.current_org()`,
  ),
  table.map(
    (name) => `create rule r as on update to public.${name} do also delete from public.${name} where false`,
  ),
  fc.constantFrom(
    'create role app_user',
    'create role other nologin',
    'create role other bypassrls',
    'grant app_user to other',
    'drop role other',
  ),
  fc.constantFrom(
    'create schema s',
    'grant create on schema public to app_user',
    'grant create on schema s to other',
    'revoke create on schema public from app_user',
    'create table s.a (id uuid primary key)',
    'alter table public.a set schema s',
  ),
  fc.constant(`do $$ begin execute current_setting('app.x'); end $$`),
)

/** Tables that are protected and hang on each other. */
const protectedTables = [
  ...tables.map(
    (
      name,
      at,
    ) => `create table public.${name} (${columns}${at === 0 ? '' : ` references public.${tables[at - 1]} (id)`});
alter table public.${name} enable row level security, force row level security;`,
  ),
  'create function public.inner_org() returns uuid language sql as $$ select auth.uid() $$;',
  'create function public.current_org() returns uuid language sql as $$ select public.inner_org() $$;',
  'create function public.allowed(k uuid) returns boolean language sql as $$ select k = public.inner_org() $$;',
  'create role other nologin;',
].join('\n')

const file = fc
  .array(statement, { minLength: 1, maxLength: 4 })
  .map((statements) => `${statements.join(';\n')};`)

const history = fc
  .tuple(fc.constantFrom([], [protectedTables]), fc.array(file, { minLength: 1, maxLength: 8 }))
  .map(([first, rest]) => [...first, ...rest])

const guarded = `create table public.a (id uuid primary key, org_id uuid, note text);
alter table public.a enable row level security;
create role other nologin;`

const inner = 'create function public.inner_org() returns uuid language sql as $$ select null::uuid $$;'

/** Changes that reach a verdict by a way of their own. */
const examples: readonly (readonly string[])[] = [
  [
    `${guarded}\ncreate policy p on public.a using (note is not null);`,
    'alter table public.a alter column note set not null;',
  ],
  [
    `${guarded}\ncreate policy p on public.a to other using (true);\n${inner}`,
    'alter function public.inner_org() security definer; alter function public.inner_org() owner to other;',
    'drop function public.inner_org();',
  ],
  [
    `${guarded}
create table public.d (id uuid primary key, user_id uuid);
create function public.allowed(k uuid) returns boolean language sql
  as $$ select exists (select from public.d where d.id = k and id = auth.uid()) $$;
create policy p on public.a using (public.allowed(org_id));`,
    'alter table public.d add column org_id uuid;',
  ],
  [
    `${guarded}
create policy p on public.a using (org_id = current_setting('app.tenant_id', true)::uuid);
create table public.d (id uuid primary key, parent uuid references public.a (id));
alter table public.d enable row level security;
create policy p on public.d using (parent in (select id from public.a));`,
    'alter table public.d add column org_id uuid;',
  ],
  [guarded, 'create table public.orgs (id uuid primary key);', 'drop table public.orgs;'],
  [
    `${guarded}\ncreate table public.b (like public.a);`,
    'create table public.c (id uuid primary key, parent uuid references public.b (id));',
    'drop table public.c;',
    'drop table public.b; create table public.c (id uuid primary key, parent uuid references public.b (id));',
    'create table public.b (like public.a);',
  ],
  [
    `create table public.c (id uuid primary key, org_id uuid, parent uuid);
alter table public.c enable row level security, force row level security;`,
    'create policy p on public.c for update using (parent in (select id from public.c));',
    'alter table public.c add foreign key (org_id, parent) references public.c (org_id, id);',
  ],
]

const whole: [string[], boolean, boolean][] = examples.map((files) => [[...files], false, false])
const last: [string[]][] = examples.map((files) => [[...files]])

describe('examining what a file moved', () => {
  test('tells the same as examining everything at the end of every file', () => {
    fc.assert(
      fc.property(history, fc.boolean(), fc.boolean(), (files, memberships, shared) => {
        const [focused, full] = [false, true].map((unfocused) =>
          lives(files, { memberships, shared, unfocused }),
        )
        expect(focused?.map(account).sort()).toEqual(full?.map(account).sort())
      }),
      { numRuns: 300, examples: whole },
    )
  })

  test('tells the same where only the last file is asked about, and no less than the whole history tells of it', () => {
    fc.assert(
      fc.property(history, (files) => {
        const asked = [`${files.length}.sql`]
        const brought = lives(files, { asked })
        expect(brought.map(account).sort()).toEqual(
          lives(files, { asked, unfocused: true }).map(account).sort(),
        )
        const all = lives(files).filter(({ file }) => file === asked[0])
        expect(brought.map(told)).toEqual(expect.arrayContaining(all.map(told)))
      }),
      { numRuns: 100, examples: last },
    )
  })
})
