import { sql } from '../sql/template.ts'
import { enableAndForce } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { enabled, forced, invoices, protectedInvoices, tenantPolicy } from './examples/invoices.ts'

export default defineCheck({
  id: 'row-security-not-enabled',
  severity: 'error',
  title: 'Table is created without row security',
  rationale: `
    PostgreSQL shows all rows of a table to every role that has a grant on it, unless row security is enabled on that table.
    A new table has it off. Until it is enabled, a query that forgets to name the tenant returns the rows of all tenants.`,
  accept: `
    The table holds nothing that belongs to a tenant: declare it in tenancy.globalTables with the reason, or in
    tenancy.systemTables where no tenant ever sees it.`,
  bad: [
    {
      name: 'a tenant table and nothing else',
      sql: invoices,
      finds: ['app.invoices'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'row security enabled on another table of the same name',
      sql: [
        sql`
          create schema billing;
          create table billing.invoices (
            id uuid primary key,
            tenant_id uuid not null references app.tenants (id)
          );
          grant usage on schema billing to app_user;
          grant select on billing.invoices to app_user;`,
        protectedInvoices,
      ],
      finds: ['billing.invoices'],
      leaks: 'select * from billing.invoices',
    },
    {
      name: 'FORCE alone: it does nothing where row security is not enabled',
      sql: [invoices, forced],
      finds: ['app.invoices'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'ENABLE rolled back',
      sql: [invoices, sql`begin; ${enabled} rollback;`],
      finds: ['app.invoices'],
      leaks: 'select * from app.invoices',
    },
  ],
  good: [
    { name: 'enabled, forced, and with a policy', sql: protectedInvoices },
    {
      name: 'protected under a quoted name and by ONLY',
      sql: sql`
        create table app."Invoice" (
          id uuid primary key,
          tenant_id uuid not null references app.tenants (id)
        );
        ALTER TABLE ONLY app."Invoice" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        create policy tenant_isolation on app."Invoice" to app_user
          using (tenant_id = (select app.current_tenant_id()))
          with check (tenant_id = (select app.current_tenant_id()));`,
    },
    {
      name: 'a temporary table: no other session sees it',
      sql: 'create temporary table invoices (id uuid primary key, tenant_id uuid not null);',
    },
    { name: 'enabled by a later statement', sql: [invoices, tenantPolicy, enabled, forced] },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, gap } of isolation.gaps('never enabled')) {
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        message: `${relation.id} has no row security: every role that may read it reads the rows of all tenants`,
        help: 'Enable and force row security in the migration that creates the table, and add policies that tie the tenant.',
        source: gap.source,
      }
    }
  },
  fix: ({ table }) => enableAndForce(table),
})
