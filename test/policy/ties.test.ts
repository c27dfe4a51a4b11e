import { beforeAll, describe, expect, test } from 'vitest'
import { assumeTenancy } from '../../src/policy/assume-tenancy.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { tenancyDeclaration } from '../../src/tenancy/declaration.ts'
import { modelOf, playAlone } from '../checks/examples.ts'
import { openingsIn } from './policies.ts'

beforeAll(loadParser)

const tables = `
  create table public.orgs (id uuid primary key, owner uuid, name text);
  create table public.members (
    org_id uuid references public.orgs (id), user_id uuid, role text, primary key (org_id, user_id)
  );
  create table public.docs (
    id uuid primary key, org_id uuid not null references public.orgs (id), user_id uuid, body text
  );
  create table public.pages (
    id uuid primary key, doc_id uuid not null references public.docs (id), user_id uuid, body text
  );
  create role service_role bypassrls;`

const functions = `
  create function public.my_orgs() returns setof uuid language sql stable security definer
    as $$ select org_id from public.members where user_id = auth.uid() $$;
  create function public.role_of(org uuid) returns text language plpgsql stable as $$
    begin return (select role from public.members where org_id = org and user_id = auth.uid()); end $$;
  create function public.is_member(org uuid, who uuid) returns boolean language sql stable
    as $$ select exists (select 1 from members where org_id = org and user_id = who) $$;
  create function public.knows_user(org uuid) returns boolean language sql stable security definer as $$
    select exists (select 1 from public.orgs o join auth.users u on u.id = auth.uid() where o.id = org) $$;
  create function public.claims_org(org uuid) returns boolean language sql stable
    as $$ select org = (auth.jwt() ->> 'org')::uuid $$;
  create aggregate public.last_of(text) (sfunc = public.pick, stype = text);
  create function public.is_anybody(org uuid) returns boolean language sql stable
    as $$ select exists (select 1 from members where user_id = auth.uid()) $$;
  create function public.is_named(uuid) returns boolean language sql stable
    as $$ select $1::text = current_setting('app.org') $$;
  create function public.current_setting(text) returns text language sql as $$ select $1 $$;
  create function public.is_open(org uuid) returns boolean language sql stable
    as $$ select 'auth.uid()' <> '' and true -- members, auth.uid()
    $$;`

function openings(table: string, policy: string) {
  const model = modelOf([tables, functions, `create policy p on public.${table} ${policy};`])
  const { tenancy } = assumeTenancy(model, tenancyDeclaration.parse({ platform: 'supabase' }))
  return openingsIn({ model, tenancy }, `public.${table}`)
}

describe('a predicate ties the tenant', () => {
  test.each([
    ['docs', 'public.claims_org(org_id)'],
    ['docs', "org_id = (auth.jwt() ->> 'org_id')::uuid"],
    ['docs', "org_id = (auth.jwt() -> 'app_metadata' ->> 'org')::uuid"],
    ['docs', "org_id = nullif(current_setting('app.org', true), '')::uuid"],
    ['docs', "org_id::text = ((current_setting('request.jwt.claims', true))::json ->> 'org_id')"],
    ['docs', 'org_id in (select public.my_orgs())'],
    ['docs', 'org_id in (select * from public.my_orgs())'],
    ['docs', 'org_id = any (array(select my_orgs()))'],
    ['docs', 'org_id = any (coalesce((select array_agg(o) from public.my_orgs() o), $${}$$::uuid[]))'],
    ['docs', "public.role_of(org_id) in ('owner', 'admin')"],
    ['docs', "(select public.role_of(docs.org_id)) = 'owner'"],
    ['docs', 'public.role_of(org_id) is not null'],
    ['docs', 'public.is_member(org_id, (select auth.uid())) is true'],
    ['docs', 'auth.uid() in (select m.user_id from public.members m where m.org_id = docs.org_id)'],
    ['docs', 'org_id = (select m.org_id from public.members m where m.user_id = auth.uid() limit 1)'],
    ['docs', 'exists (select 1 from public.members where org_id = docs.org_id and user_id = auth.uid())'],
    ['docs', "auth.role() = 'service_role'"],
    ['docs', "case when body = 'x' then org_id in (select public.my_orgs()) else false end"],
    ['docs', '(org_id, true) in (select m.org_id, true from public.members m where m.user_id = auth.uid())'],
    [
      'docs',
      'exists (select 1 from (select m.org_id as o from public.members m where m.user_id = auth.uid()) mine where mine.o = org_id)',
    ],
    [
      'docs',
      '(select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) >= 1',
    ],
    [
      'docs',
      '(select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) = 1',
    ],
    [
      'docs',
      '(select max(m.role) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) is not null',
    ],
    [
      'docs',
      'org_id = (select max(m.org_id::text)::uuid from public.members m where m.user_id = auth.uid())',
    ],
    [
      'docs',
      'exists (select m.role from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid() group by m.role)',
    ],
    [
      'docs',
      'exists (select from public.orgs o left join public.members m on m.org_id = o.id and m.user_id = auth.uid() where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    ['docs', "org_id::varchar(40) = (auth.jwt() ->> 'org_id')"],
    ['docs', "org_id operator(pg_catalog.=) (auth.jwt() ->> 'org_id')::uuid"],
    ['docs', "not (org_id is distinct from (auth.jwt() ->> 'org_id')::uuid)"],
    ['docs', 'public.is_member(org_id, auth.uid()) in (true)'],
    ['docs', 'public.is_named(org_id)'],
    ['docs', "public.role_of(org_id) = any (array['owner', 'admin'])"],
    [
      'docs',
      "(select m.role from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) in ('owner', 'admin')",
    ],
    [
      'docs',
      "(select m.role from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) = any (array['owner', 'admin'])",
    ],
    [
      'docs',
      '0 < (select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    [
      'docs',
      '(select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) <> 0',
    ],
    [
      'docs',
      'exists (select 1 from (select * from public.members where user_id = auth.uid()) m where m.org_id = docs.org_id)',
    ],
    [
      'docs',
      'exists (select 1 from (select m.*, 1 as x from public.members m where m.user_id = auth.uid()) as t(o, u) where t.o = docs.org_id)',
    ],
    ['orgs', 'id in (select public.my_orgs())'],
    ['orgs', 'owner = auth.uid()'],
    ['members', 'user_id = auth.uid()'],
    ['pages', 'doc_id in (select d.id from public.docs d where d.org_id in (select public.my_orgs()))'],
    [
      'pages',
      'exists (select 1 from public.docs d join public.members m on m.org_id = d.org_id where d.id = pages.doc_id and m.user_id = auth.uid())',
    ],
    ['pages', 'user_id = auth.uid()'],
  ])('%s: %s', (table, using) => {
    expect(openings(table, `for select using (${using})`)).toEqual([])
  })
})

describe('a predicate ties nothing', () => {
  test.each([
    ['docs', 'auth.uid() is not null'],
    ['docs', "auth.role() = 'authenticated'"],
    ['docs', 'user_id = auth.uid()'],
    ['docs', 'public.is_open(org_id)'],
    ['docs', 'public.knows_user(org_id)'],
    ['docs', 'public.unknown(org_id)'],
    ['docs', 'public.is_member(org_id, user_id)'],
    ['docs', "public.role_of(org_id) <> 'owner'"],
    ['docs', 'org_id not in (select public.my_orgs())'],
    [
      'docs',
      'not exists (select 1 from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    ['docs', 'org_id in (select o.id from public.orgs o)'],
    [
      'docs',
      "org_id = coalesce(current_setting('app.org', true), $$00000000-0000-0000-0000-000000000000$$)::uuid",
    ],
    ['docs', "org_id = current_setting('server_version')::uuid"],
    ['docs', 'org_id in (select public.my_orgs() union select o.id from public.orgs o)'],
    [
      'docs',
      'exists (select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    [
      'docs',
      '(select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) >= 0',
    ],
    [
      'docs',
      'exists (select 1 from public.members docs where docs.org_id = org_id and docs.user_id = auth.uid())',
    ],
    [
      'docs',
      '(select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) is not null',
    ],
    [
      'docs',
      '(select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) = 0',
    ],
    [
      'docs',
      'id::text::int = (select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    [
      'docs',
      '0 in (select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    [
      'docs',
      'exists (select from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid() group by ())',
    ],
    [
      'docs',
      'exists (select 1 from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid() group by rollup (m.role))',
    ],
    [
      'docs',
      'exists (select from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid() having true)',
    ],
    [
      'docs',
      'exists (select avg(1) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    [
      'docs',
      'exists (select public.last_of(m.role) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    [
      'docs',
      'exists (select coalesce(count(*), 0) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    [
      'docs',
      "(select coalesce(max(m.role), $$none$$) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) = 'none'",
    ],
    [
      'docs',
      'exists (select from (select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) counted)',
    ],
    [
      'docs',
      'exists (select from public.orgs o left join lateral (select * from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) mine on true)',
    ],
    [
      'docs',
      'exists (select from public.orgs o left join (public.members m join public.orgs t on t.id = m.org_id and m.org_id = docs.org_id and m.user_id = auth.uid()) on true)',
    ],
    [
      'docs',
      'exists (select from (public.members m join public.orgs t on m.org_id = docs.org_id and m.user_id = auth.uid()) right join public.orgs o on true)',
    ],
    ['docs', "org_id::char(1) = (auth.jwt() ->> 'org_id')::char(1)"],
    ['docs', "org_id::text::varchar(8) = left(auth.jwt() ->> 'org_id', 8)"],
    [
      'docs',
      'exists (select from public.members m where m.org_id::char(1) = docs.org_id::char(1) and m.user_id = auth.uid())',
    ],
    ['docs', "org_id operator(public.=) (auth.jwt() ->> 'org_id')::uuid"],
    ['docs', 'public.is_member(org_id, auth.uid()) in (true, false)'],
    ['docs', 'public.is_member(org_id, auth.uid()) = any (array[true, false])'],
    ['docs', 'public.is_member(org_id, auth.uid()) is not null'],
    ['docs', "public.role_of(org_id) = ''"],
    ['docs', 'public.is_anybody(org_id)'],
    ['docs', "not (org_id is not distinct from (auth.jwt() ->> 'org_id')::uuid)"],
    ['docs', "org_id = public.current_setting('app.org')::uuid"],
    ['docs', 'org_id in (select t.org_id from unnest(array[auth.uid()], array[docs.id]) as t(a, org_id))'],
    [
      'docs',
      '(select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) in (0, 1)',
    ],
    [
      'docs',
      '(select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) = any (array[0, 1])',
    ],
    [
      'docs',
      '0 <= (select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid())',
    ],
    [
      'docs',
      '(select count(*) from public.members m where m.org_id = docs.org_id and m.user_id = auth.uid()) <> 1',
    ],
    [
      'docs',
      'exists (select 1 from (select *, 1 as x from public.members where user_id = auth.uid()) m where m.org_id = org_id)',
    ],
    ['pages', 'doc_id in (select d.id from public.docs d, public.orgs o where d.org_id = o.id)'],
    ['pages', 'exists (select 1 from public.members m where m.user_id = auth.uid())'],
  ])('%s: %s', (table, using) => {
    expect(openings(table, `for select using (${using})`)).toHaveLength(1)
  })

  test('a user who writes himself into any tenant', () => {
    expect(openings('members', 'for insert with check (user_id = auth.uid())')).toHaveLength(1)
  })

  test('a user who writes his row under the parent of any tenant', () => {
    expect(openings('pages', 'for insert with check (user_id = auth.uid())')).toHaveLength(1)
  })

  test('the branch of an OR is named', () => {
    expect(openings('docs', "for select using (org_id in (select my_orgs()) or body = 'public')")).toEqual([
      "p using: body = 'public'",
    ])
  })
})

test('a circle of policies proves nothing', () => {
  const { model, tenancy } = playAlone(`${tables}
    alter table public.members enable row level security;
    alter table public.docs enable row level security;
    create policy a on public.docs for select using (org_id in (select m.org_id from public.members m));
    create policy b on public.members for select using (org_id in (select d.org_id from public.docs d));`)
  expect(openingsIn({ model, tenancy }, 'public.docs')).toHaveLength(1)
  expect(openingsIn({ model, tenancy }, 'public.members')).toHaveLength(1)
})

describe('functions that are named like those of the platform', () => {
  const stub = (body: string) => `
    create schema auth;
    create function auth.uid() returns uuid language sql stable as $$ select ${body} $$;
    create policy p on public.members for select using (user_id = auth.uid());`

  test('one that reads the context counts', () => {
    const body = "current_setting('request.jwt.claim.sub', true)::uuid"
    expect(openingsIn(playAlone([tables, stub(body)]), 'public.members')).toEqual([])
  })

  test('one that gives a constant does not', () => {
    const body = "'11111111-1111-1111-1111-111111111111'::uuid"
    expect(openingsIn(playAlone([tables, stub(body)]), 'public.members')).toHaveLength(1)
  })

  test('claims of the platform are no context where another setting is declared', () => {
    const policy =
      "create policy p on public.docs using (org_id = current_setting('request.jwt.claim.o')::uuid)"
    const context = { tenantSetting: 'app.org' }
    expect(openingsIn(playAlone([tables, policy], { context }), 'public.docs')).toHaveLength(1)
    expect(openingsIn(playAlone([tables, policy]), 'public.docs')).toEqual([])
  })
})

describe('known gaps', () => {
  test('a function that is given the key of the parent by a subquery is not seen to tie the child', () => {
    const using = 'public.is_member((select d.org_id from public.docs d where d.id = doc_id), auth.uid())'
    expect(openings('pages', `for select using (${using})`)).toHaveLength(1)
  })

  test('a tenant key compared with the user counts as tied', () => {
    expect(openings('docs', 'for select using (org_id = auth.uid())')).toEqual([])
  })

  test('declared functions are not told apart: the tenant key may be compared with that of the user', () => {
    const policy = 'create policy p on public.docs using (org_id = public.who());'
    const who =
      "create function public.who() returns uuid language sql as $$ select current_setting('app.user')::uuid $$;"
    const played = playAlone([tables, who, policy], { context: { functions: ['public.who'] } })
    expect(openingsIn(played, 'public.docs')).toEqual([])
  })

  test('a function that names a membership counts, whatever it does with it', () => {
    const any = `create function public.any_member(org uuid) returns boolean language sql stable
      as $$ select exists (select 1 from public.members m where m.user_id = auth.uid() or m.org_id = org) $$;`
    const policy = 'create policy p on public.docs using (public.any_member(org_id));'
    expect(openingsIn(playAlone([tables, any, policy], { platform: 'supabase' }), 'public.docs')).toEqual([])
  })
})
