import { indexLeadsWith } from '../model/questions.ts'
import { tenantKeyOf } from '../policy/category.ts'
import { printName } from '../sql/expression.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'tenant-key-not-indexed',
  severity: 'warning',
  title: 'No index leads with the tenant key',
  rationale: `
    Every query of a tenant is filtered by the key. Without an index that begins with it, PostgreSQL reads the rows of all
    tenants to find those of one, and somebody will switch row security off because it is slow.`,
  accept: 'The table stays so small that it is read as a whole anyway.',
  bad: [
    {
      name: 'a primary key on the id alone',
      sql: 'create table app.tickets (id uuid primary key, tenant_id uuid not null references app.tenants (id));',
      finds: ['app.tickets'],
      beside: ['row-security-not-enabled'],
    },
    {
      name: 'the key in second place',
      sql: sql`
        create table app.tickets (
          id uuid primary key,
          tenant_id uuid not null references app.tenants (id),
          opened_at timestamptz not null,
          unique (opened_at, tenant_id)
        );`,
      finds: ['app.tickets'],
      beside: ['row-security-not-enabled'],
    },
    {
      name: 'a partial index',
      sql: sql`
        create table app.tickets (
          id uuid primary key,
          tenant_id uuid not null references app.tenants (id),
          closed boolean not null
        );
        create index on app.tickets (tenant_id) where not closed;`,
      finds: ['app.tickets'],
      beside: ['row-security-not-enabled'],
    },
    {
      name: 'the index dropped later',
      sql: [protectedInvoices, 'drop index app.invoices_tenant_id;'],
      finds: ['app.invoices'],
    },
  ],
  good: [
    {
      name: 'a unique constraint that leads with the key',
      sql: sql`
        create table app.tickets (
          id uuid primary key,
          tenant_id uuid not null references app.tenants (id),
          unique (tenant_id, id)
        );`,
    },
    {
      name: 'an index of several columns that leads with the key',
      sql: [
        sql`
          create table app.tickets (
            id uuid primary key,
            tenant_id uuid not null references app.tenants (id),
            opened_at timestamptz not null
          );`,
        'create index concurrently tickets_by_age on app.tickets (tenant_id, opened_at desc) include (id);',
      ],
    },
  ],
  reads: ['indexes'],
  *find(model, tenancy, isolation) {
    for (const { relation, category } of isolation.tables) {
      if ((category !== 'tenant' && category !== 'memberships') || relation.partitionOf !== null) continue
      const key = tenantKeyOf(model, tenancy, relation)
      if (key === null || relation.indexes.some((index) => indexLeadsWith(index, [key]))) continue
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        key,
        message: `${relation.id} has no index that leads with ${key}: each query of a tenant reads the rows of all tenants`,
        help: `Create an index on ${key}, or on ${key} and what lists are sorted by.`,
        source: relation.source,
      }
    }
  },
  fix: ({ table, key }) => `create index on ${writeName(table)} (${printName(key)});`,
})
