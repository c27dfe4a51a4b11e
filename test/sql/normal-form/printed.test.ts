import { beforeAll, describe, expect, test } from 'vitest'
import { readCatalog } from '../../../src/catalog/read-catalog.ts'
import type { SchemaModel } from '../../../src/model/schema-model.ts'
import { knownNames, relationScope } from '../../../src/policy/known-names.ts'
import { printExpression, printQuery } from '../../../src/sql/expression.ts'
import { normalExpression, normalQuery } from '../../../src/sql/normal-form/normal-form.ts'
import { loadParser } from '../../../src/sql/parse.ts'
import { modelOf, relationOf } from '../../replay/fixture.ts'
import { testServer } from '../../server.ts'

await loadParser()

const schema = `
  create schema app;
  create type app.mood as enum ('calm', 'cross');
  create table app.orgs (id uuid primary key, name text, plan varchar(20), owner_name name);
  create table app.members (org_id uuid, user_id uuid, role varchar, mood app.mood, since timestamptz, level smallint);
  create table app.items (
    id bigint primary key, org_id uuid not null, owner uuid, title varchar(50), body text, price numeric(10, 2),
    quantity integer, ratio double precision, mood app.mood, tags text[], data jsonb, at timestamptz, day date,
    open boolean, moods app.mood[]
  );
  create function app.me() returns uuid language sql stable as $$ select null::uuid $$;
  create function app.has(mood app.mood) returns boolean language sql stable as $$ select true $$;
`

const policies = [
  `org_id = '6e9f3a52-3d7c-4d1c-8a29-0c1f4a1b2c3d'`,
  `org_id = '6E9F3A52-3D7C-4D1C-8A29-0C1F4A1B2C3D'::uuid`,
  `org_id = current_setting('app.org', true)::uuid`,
  `org_id = nullif(current_setting('app.org', true), '')::uuid`,
  `title = 'x'`,
  `'x' = title`,
  `title in ('x', 'y')`,
  `title not in ('x', 'y')`,
  `title = any (array['x', 'y'])`,
  `title = any ('{x,y}')`,
  `body in ('x')`,
  `body = any (array['x', 'y']::text[])`,
  `mood = 'calm'`,
  `mood in ('calm', 'cross')`,
  `mood = any (array['calm', 'cross']::app.mood[])`,
  `mood <> all ('{calm}'::app.mood[])`,
  `'calm' = any (moods)`,
  `'a' = any (tags)`,
  `mood::text = 'calm'`,
  `title like 'a%'`,
  `title not ilike 'a%'`,
  `title like 'a!%' escape '!'`,
  `body similar to '(a|b)%'`,
  `title ~ '^a'`,
  `lower(title) = 'a'`,
  `upper(body) || title = 'a'`,
  `coalesce(title, 'none') <> 'none'`,
  `coalesce(body, title, '') = ''`,
  `nullif(body, '') is not null`,
  `price > 0`,
  `price > -1`,
  `price = 1.50`,
  `price between 1 and 100`,
  `price not between 1 and 100`,
  `quantity between symmetric 1 and 10`,
  `quantity * price > 10`,
  `quantity > 1.5`,
  `ratio > 1`,
  `ratio * 2 < price`,
  `id = 1`,
  `id > 5000000000`,
  `id = -5000000000`,
  `id in (1, 2, 3)`,
  `quantity in (1, id)`,
  `quantity in (1, 2, id)`,
  `quantity not in (id, 1)`,
  `quantity = any (array[1, 2])`,
  `(quantity = 1) = true`,
  `open`,
  `not open`,
  `open is true`,
  `open is not false`,
  `open is unknown`,
  `open = 'true'`,
  `open::text = 'x'`,
  `not (open and quantity = 1) or (price is null and owner is not null)`,
  `open and (title = 'a' and (body = 'b' or open))`,
  `owner is distinct from app.me()`,
  `owner is not distinct from null`,
  `app.has('calm')`,
  `app.has(mood)`,
  `(select app.me()) = owner`,
  `owner = (select app.me() as who)`,
  `owner = any (array(select user_id from app.members))`,
  `data ->> 'owner' = owner::text`,
  `(data -> 'a' ->> 'b')::uuid = owner`,
  `data @> '{"b":[1, true,null],"aa":{"x":"y"}}'`,
  `data ? 'a'`,
  `data ?| array['a', 'b']`,
  `(data #>> '{a,b}') = 'x'`,
  `(data ->> 'open')::boolean is true`,
  `tags @> array['a']`,
  `tags && '{a,b}'`,
  `tags[1] = 'a'`,
  `array_length(tags, 1) > 1`,
  `cardinality(tags) = 1`,
  `at > now() - interval '7 days'`,
  `at > now() - interval '1 hour 30 minutes'`,
  `at > now() - '1 month'::interval`,
  `at >= current_timestamp and day < current_date`,
  `extract(year from at) = 2024`,
  `date_trunc('month', at) = at`,
  `(at at time zone 'utc')::date = day`,
  `day = '2024-01-01'`,
  `title = current_user`,
  `body = session_user`,
  `current_user = 'boss'`,
  `pg_has_role(current_user, 'pg_read_all_data', 'member')`,
  `case when open then true else false end`,
  `case mood when 'calm' then title else 'x' end = 'y'`,
  `case when open then title when quantity > 1 then 'two' end is not null`,
  `greatest(quantity, 1) > least(price, 2)`,
  `(org_id, owner) in (select org_id, user_id from app.members)`,
  `substring(title from 1 for 2) = 'ab'`,
  `trim(both from title) = 'a'`,
  `position('a' in title) > 0`,
  `title collate "C" < 'b'`,
  `concat(title, body) = 'ab'`,
  `format('%s', title) = 'a'`,
  `exists (select 1 from app.members where org_id = items.org_id and user_id = app.me())`,
  `exists (select 1 from app.members m where m.org_id = app.items.org_id and m.user_id = owner)`,
  `exists (select * from app.members m join app.orgs o on o.id = m.org_id where m.user_id = owner)`,
  `exists (select from app.members join app.orgs on id = members.org_id where user_id = owner and plan = 'pro')`,
  `exists (select 1 from app.members, app.orgs o where org_id = o.id and role in ('admin', 'owner'))`,
  `exists (select 1 from app.items where items.owner = app.me())`,
  `exists (select 1 from app.items i where i.owner = items.owner and exists (select 1 from app.items where id = i.id))`,
  `org_id in (select org_id from app.members where user_id = app.me() and mood = 'calm')`,
  `org_id in (select m.org_id from app.members as m where m.since > '2020-01-01'::date and m.level = 1)`,
  `org_id not in (select id from app.orgs where plan is null)`,
  `org_id = any (select id from app.orgs union select org_id from app.members)`,
  `quantity > all (select level from app.members)`,
  `(select count(*) from app.members where org_id = items.org_id) > 1`,
  `(select role from app.members where user_id = app.me() order by since desc limit 1) = 'admin'`,
  `(select max(level) from app.members m group by m.org_id having count(*) > 1 limit 1) = quantity`,
  `org_id in (with mine as (select org_id from app.members where user_id = app.me()) select org_id from mine)`,
  `org_id in (select s.org_id from (select org_id, role from app.members) s where s.role = 'admin')`,
  `exists (select 1 from unnest(tags) as tag where tag = title)`,
  `exists (select 1 from unnest(tags) tag(name) where name = title)`,
  `exists (select 1 from jsonb_array_elements_text(data) where value = 'a')`,
  `exists (select 1 from app.orgs o left join app.members m using (id) where o.id = org_id)`.replace(
    'using (id)',
    'on m.org_id = o.id',
  ),
  `exists (select 1 from app.orgs o cross join app.members m where o.id = m.org_id and owner_name = current_user)`,
  `row(org_id, owner) is not null`,
  `(items.*) is not null`,
]

const views = [
  `select * from app.orgs`,
  `select id, title as name from app.items where title = 'a'`,
  `select i.*, o.name from app.items i join app.orgs o on o.id = i.org_id`,
  `select count(*), mood from app.items group by mood order by 1 desc`,
  `select count(*) as n, lower(title) as t from app.items group by t order by n desc nulls last, t`,
  `select distinct on (org_id) org_id, title from app.items order by org_id, at desc`,
  `select case when open then 'yes' else 'no' end, coalesce(title, body), price * quantity from app.items`,
  `select id from app.orgs union all select org_id from app.members order by 1 limit 5 offset 2`,
  `with a as (select id from app.orgs), b (x) as (select id from a) select b.x from b`,
  `with recursive r (n) as (select 1 union all select n + 1 from r where n < 5) select n from r`,
  `select o.id, (select count(*) from app.items where org_id = o.id) from app.orgs o`,
  `select o.id, l.n from app.orgs o cross join lateral (select count(*) as n from app.items i where i.org_id = o.id) l`,
  `select sum(quantity) filter (where mood = 'calm') over (partition by org_id order by at) from app.items`,
  `select * from app.orgs o left join app.members m on m.org_id = o.id and m.role = 'admin'`,
  `select a.n, b from (values (1, 'x'), (2, 'y')) as a (n, m), unnest(array[1, 2]) as b`,
  `select members.org_id, members.role from app.members where exists (select 1 from app.members where level > 1)`,
  `select array_agg(title order by at desc) as titles, string_agg(distinct title, ', ') from app.items`,
  `select org_id, name from app.items join app.orgs using (id)`.replace('using (id)', 'on orgs.id = org_id'),
  `select jsonb_build_object('id', id, 'title', title) as j, to_char(at, 'YYYY') from app.items`,
]

const server = testServer()
/** What the server's catalog and what a replay hold of the same statements. */
let models: { readonly live: SchemaModel; readonly replay: SchemaModel }

beforeAll(async () => {
  const statements = [
    schema,
    ...policies.map((using, at) => `create policy p${at} on app.items using (${using});`),
    ...views.map((query, at) => `create view app.v${at} as ${query};`),
  ]
  const connection = await (await server().createDatabase()).connect()
  for (const statement of statements) await connection.query(statement)
  models = { live: await readCatalog(connection), replay: modelOf(statements.join('\n')) }
  await connection.close()
})

function printPolicy(model: SchemaModel, name: string): string {
  const items = relationOf(model, 'app.items')
  const using = items.policies.find((policy) => policy.name === name)?.using ?? null
  if (using === null) throw new Error('no policy')
  return printExpression(normalExpression(using, knownNames(model), relationScope(items)))
}

function printView(model: SchemaModel, name: string): string {
  const { view } = relationOf(model, `app.${name}`)
  if (view === null) throw new Error('no view')
  return printQuery(normalQuery(view.query, knownNames(model)))
}

describe('a policy as it is written and as the server prints it have one normal form', () => {
  test.each(policies.map((using, at) => [using, `p${at}`] as const))('%s', (_, name) => {
    expect(printPolicy(models.replay, name)).toBe(printPolicy(models.live, name))
  })
})

describe('a view as it is written and as the server prints it have one normal form', () => {
  test.each(views.map((query, at) => [query, `v${at}`] as const))('%s', (_, name) => {
    expect(printView(models.replay, name)).toBe(printView(models.live, name))
  })
})
