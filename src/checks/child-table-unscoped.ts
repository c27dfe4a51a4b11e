import { helpFor } from '../policy/opening-text.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { guardedLines } from './examples/lines.ts'

const lines = (policy: string) => [guardedLines, policy] as const

export default defineCheck({
  id: 'child-table-unscoped',
  severity: 'error',
  title: 'Child table without tenant key, and no policy goes through its parent',
  rationale: `
    A table without the tenant key belongs to the tenant of its parent. A foreign key doesn't filter anything: unless a policy looks at the parent,
    or at a membership by way of it, the rows of all tenants are visible.`,
  accept: 'Never: give the table the tenant key, or a policy that goes through the parent.',
  bad: [
    {
      name: 'a policy on a column of the child alone',
      sql: lines('create policy readable on app.invoice_lines for select to app_user using (amount > 0);'),
      finds: ['app.invoice_lines'],
      leaks: 'select * from app.invoice_lines',
    },
    {
      name: 'a subquery that does not compare the parent with the row',
      sql: lines(sql`
        create policy readable on app.invoice_lines for select to app_user
          using (exists (select 1 from app.invoices i where i.tenant_id = (select app.current_tenant_id())));`),
      finds: ['app.invoice_lines'],
      leaks: 'select * from app.invoice_lines',
    },
    {
      name: 'a parent that is open itself',
      sql: sql`
        create table app.orders (id uuid primary key, tenant_id uuid not null references app.tenants (id));
        alter table app.orders enable row level security, force row level security;
        create policy open on app.orders for select to app_user using (true);
        create table app.parcels (id uuid primary key, order_id uuid not null references app.orders (id));
        alter table app.parcels enable row level security, force row level security;
        create policy readable on app.parcels for select to app_user
          using (order_id in (select o.id from app.orders o));
        grant select on app.orders, app.parcels to app_user;`,
      finds: ['app.parcels'],
      leaks: 'select * from app.parcels',
      beside: ['policy-always-true'],
    },
  ],
  good: [
    {
      name: 'through the parent, which row security filters',
      sql: lines(sql`
        create policy readable on app.invoice_lines for select to app_user
          using (invoice_id in (select i.id from app.invoices i));`),
    },
    {
      name: 'through the parent, compared with the context',
      sql: lines(sql`
        create policy readable on app.invoice_lines for select to app_user using (
          (select i.tenant_id from app.invoices i where i.id = invoice_id) = (select app.current_tenant_id())
        );`),
    },
    {
      name: 'through a join to the memberships',
      sql: lines(sql`
        create policy readable on app.invoice_lines for select to app_user using (
          exists (
            select 1 from app.invoices i
            join app.memberships m using (tenant_id)
            where i.id = invoice_lines.invoice_id and m.user_id = (select app.current_user_id())
          )
        );`),
    },
    {
      name: 'what the user added himself',
      sql: lines(sql`
        create policy own on app.invoice_lines for select to app_user
          using (added_by = (select app.current_user_id()));`),
    },
  ],
  reads: [],
  *find(_model, tenancy, isolation) {
    for (const table of isolation.tables) {
      if (!isolation.isUnscopedChild(table)) continue
      const { relation } = table
      const opening = isolation.openings(relation).find(({ constant }) => !constant)
      if (opening === undefined) continue
      const near = isolation.nearTie(relation, opening)
      yield {
        subject: relation.id,
        relation: relation.id,
        message: `${relation.id} has no tenant key, and no policy goes through its parent: ${isolation.describe(relation, opening)}`,
        help:
          near === null
            ? 'Add a condition that finds the parent by the foreign key and ties its tenant, or give the table the tenant key.'
            : helpFor(tenancy, relation, near),
        source: opening.policy.source,
      }
    }
  },
})
