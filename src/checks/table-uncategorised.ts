import { expectedTenantKey } from '../policy/category.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'

export default defineCheck({
  id: 'table-uncategorised',
  severity: 'error',
  rule: 'uncategorised',
  title: 'Nothing says whose the rows of the table are',
  rationale: `
    A table has the tenant key, or belongs to one that has it through a foreign key, or is shared on purpose, or is no
    tenant's business. Where none of this can be seen, nobody can tell whether its policies isolate anything.`,
  accept: 'Never: declare the table in tenancy.globalTables with the reason, or in tenancy.systemTables.',
  bad: [
    {
      name: 'a table that stands alone',
      sql: sql`
        create table app.notes (id uuid primary key, body text not null);
        alter table app.notes enable row level security, force row level security;
        create policy readable on app.notes for select to app_user
          using (body = current_setting('app.topic'));`,
      finds: ['app.notes'],
    },
    {
      name: 'a column with the id of a parent and no foreign key',
      sql: sql`
        create table app.notes (id uuid primary key, membership uuid not null);
        alter table app.notes enable row level security, force row level security;
        create policy readable on app.notes for select to app_user
          using (membership = (select app.current_user_id()));`,
      finds: ['app.notes'],
    },
    {
      name: 'a foreign key to a shared table alone',
      sql: sql`
        create table app.countries (code text primary key);
        create table app.regions (id uuid primary key, country text not null references app.countries (code));
        alter table app.regions enable row level security, force row level security;
        create policy readable on app.regions for select to app_user
          using (country = current_setting('app.country'));`,
      tenancy: { globalTables: [{ relation: 'app.countries', reason: 'ISO 3166' }] },
      finds: ['app.regions'],
    },
  ],
  good: [
    {
      name: 'shared, with a reason',
      sql: 'create table app.countries (code text primary key);\ngrant select on app.countries to app_user;',
      tenancy: { globalTables: [{ relation: 'app.countries', reason: 'ISO 3166' }] },
    },
    {
      name: 'the bookkeeping of a migration tool',
      sql: 'create table public.schema_migrations (version text primary key);',
    },
    {
      name: 'a child of a child of a tenant',
      sql: sql`
        create table app.orders (id uuid primary key, tenant_id uuid not null references app.tenants (id));
        create table app.parcels (id uuid primary key, order_id uuid not null references app.orders (id));
        create table app.scans (id uuid primary key, parcel_id uuid not null references app.parcels (id));`,
    },
  ],
  reads: [],
  *find(model, tenancy, isolation) {
    for (const { relation, category } of isolation.tables) {
      if (category !== 'uncategorised' || relation.partitionOf !== null) continue
      const key = expectedTenantKey(model, tenancy, relation)
      yield {
        subject: relation.id,
        relation: relation.id,
        message: `${relation.id} has no ${key} and no foreign key to a table that has it: nothing says whose its rows are`,
        help: `Add ${key} or a foreign key to its parent, or declare the table in tenancy.globalTables with a reason, or in tenancy.systemTables.`,
        source: relation.source,
      }
    }
  },
})
