import { expect, test } from 'vitest'
import { knownNames, relationScope } from '../../../src/policy/known-names.ts'
import { printExpression } from '../../../src/sql/expression.ts'
import { normalExpression } from '../../../src/sql/normal-form/normal-form.ts'
import { modelOf, relationOf } from '../../replay/fixture.ts'

const schema = `
  create type mood as enum ('calm', 'cross');
  create table orgs (id uuid primary key, name text);
  create table items (id bigint, org_id uuid, title varchar(50), body text, price numeric, quantity integer, mood mood);
  create function pick(text) returns text language sql as 'select 1';
  create function pick(mood) returns text language sql as 'select 1';
`

function normal(using: string): string {
  const model = modelOf(`${schema}; create policy p on items using (${using})`)
  const items = relationOf(model, 'public.items')
  const expression = items.policies[0]?.using
  if (expression === null || expression === undefined) throw new Error(`no expression: ${using}`)
  return printExpression(normalExpression(expression, knownNames(model), relationScope(items)))
}

test.each([
  [`title = 'a'`, `title = 'b'`],
  [`title = 'a'`, `body = 'a'`],
  [`org_id::text = 'A'`, `org_id::text = 'a'`],
  [`quantity::text = '1'`, `quantity = '1'`],
  [`mood::text = 'calm'`, `mood = 'calm'`],
  [`title::varchar(1) = 'a'`, `title = 'a'`],
  [`quantity / 2 = 1`, `quantity::numeric / 2 = 1`],
  [`price::integer = 1`, `price = 1`],
  [`pick('calm'::mood) = ''`, `pick('calm') = ''`],
  [`id in (1, 2)`, `id in (2, 1)`],
  [`id in (1, 2)`, `id not in (1, 2)`],
  [`not (id = 1 or quantity = 1)`, `not id = 1 or quantity = 1`],
  [
    `exists (select from orgs where id = org_id)`,
    `exists (select from orgs where id = items.id::text::uuid)`,
  ],
  [`exists (select from orgs where orgs.id = org_id)`, `exists (select from orgs where orgs.id = orgs.id)`],
  [`org_id in (select id from orgs)`, `org_id in (select id from orgs limit 1)`],
  [`org_id = any (array(select id from orgs))`, `org_id = any (array(select distinct id from orgs))`],
  [`exists (select count(*) from orgs)`, `exists (select 1 from orgs)`],
  [
    `exists (select from orgs a join orgs b on a.id = b.id)`,
    `exists (select from orgs a join orgs b on a.id = a.id)`,
  ],
  [
    `exists (select from orgs a left join orgs b on true)`,
    `exists (select from orgs a right join orgs b on true)`,
  ],
])('%s and %s have two normal forms', (one, other) => {
  expect(normal(one)).not.toBe(normal(other))
})
