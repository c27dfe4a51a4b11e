import { examinedRelations } from '../model/questions.ts'
import { categoryOf } from '../policy/category.ts'
import { isOpenToTenants, isOwnerBound, tenantTablesReadAsOwner } from '../policy/view-reads.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { enabled, invoices, protectedInvoices, tenantPolicy } from './examples/invoices.ts'
import { exempt, exemptTasks, ownedByExempt } from './examples/views.ts'

const tenancy = { systemTasks: exemptTasks }

const openInvoices = 'create view app.open_invoices as select id, tenant_id, total from app.invoices;'

const asInvoker = sql`
  create view app.open_invoices with (security_invoker = true) as select id, tenant_id, total from app.invoices;
  ${ownedByExempt('app.open_invoices')}`

/** The first that knows `security_invoker`. */
const knowsInvoker = 150_000

export default defineCheck({
  id: 'view-runs-as-owner',
  severity: 'error',
  title: 'View reads rows of tenants with the rights of its owner',
  rationale: `
    A view asks with the rights of its owner, whoever reads it: the policies that hold are the owner's, and often that is the role that runs the migrations, which
    row security doesn't bind. Then the view shows the rows of all tenants, and a view that is simple enough lets them be changed. From PostgreSQL 15 a view
    with security_invoker asks with the rights of whoever reads it. CREATE OR REPLACE VIEW without the option takes it away again.`,
  accept:
    'The view filters by the tenant context itself and has security_barrier, or what it shows of all tenants is meant for every tenant.',
  bad: [
    {
      name: 'an ordinary view of whoever owns the table',
      postgres: { from: 15 },
      sql: [
        [invoices, enabled, tenantPolicy].join('\n'),
        `${openInvoices}\ngrant select on app.open_invoices to app_user;`,
      ],
      finds: ['app.open_invoices'],
      beside: ['row-security-not-forced'],
      leaks: 'select * from app.open_invoices',
    },
    {
      name: 'a view of a role that row security does not bind',
      postgres: { from: 15 },
      sql: [protectedInvoices, exempt, `${openInvoices}\n${ownedByExempt('app.open_invoices')}`],
      tenancy,
      finds: ['app.open_invoices'],
      leaks: 'select * from app.open_invoices',
    },
    {
      name: 'the option lost by CREATE OR REPLACE',
      postgres: { from: 15 },
      sql: [
        `${protectedInvoices}\n${exempt}`,
        asInvoker,
        'create or replace view app.open_invoices as select id, tenant_id, total from app.invoices where total > 0;',
      ],
      tenancy,
      finds: ['app.open_invoices'],
      leaks: 'select * from app.open_invoices',
    },
    {
      name: 'the option taken back by RESET',
      postgres: { from: 15 },
      sql: [
        `${protectedInvoices}\n${exempt}`,
        asInvoker,
        sql`
          grant delete on app.invoices to exporter;
          grant delete on app.open_invoices to app_user;
          alter view app.open_invoices reset (security_invoker);`,
      ],
      tenancy,
      finds: ['app.open_invoices'],
      leaks: 'delete from app.open_invoices',
    },
    {
      name: 'below a view that has the option',
      postgres: { from: 15 },
      sql: [
        `${protectedInvoices}\n${exempt}`,
        sql`
          ${openInvoices}
          ${ownedByExempt('app.open_invoices')}
          create view app.large_invoices with (security_invoker = true) as
            select * from app.open_invoices where total > 0;
          grant select on app.large_invoices to app_user;`,
      ],
      tenancy,
      finds: ['app.open_invoices'],
      leaks: 'select * from app.large_invoices',
    },
    {
      name: 'by way of another view, in a subquery',
      postgres: { from: 15 },
      sql: [
        `${protectedInvoices}\n${exempt}`,
        sql`
          ${openInvoices}
          alter view app.open_invoices owner to exporter;
          create view app.paying as select t.id from app.tenants t where exists (
            select from app.open_invoices i where i.tenant_id = t.id);
          ${ownedByExempt('app.paying')}`,
      ],
      tenancy,
      finds: ['app.paying'],
      leaks: 'select * from app.paying',
    },
    {
      name: 'a server on which no view can do better',
      postgres: { to: 14 },
      sql: [protectedInvoices, exempt, `${openInvoices}\n${ownedByExempt('app.open_invoices')}\nselect 14;`],
      tenancy,
      finds: ['app.open_invoices'],
      leaks: 'select * from app.open_invoices',
    },
  ],
  good: [
    {
      name: 'a view that asks as whoever reads it',
      postgres: { from: 15 },
      sql: [`${protectedInvoices}\n${exempt}`, asInvoker],
      tenancy,
    },
    {
      name: 'the option kept by CREATE OR REPLACE, and given later',
      postgres: { from: 15 },
      sql: [
        `${protectedInvoices}\n${exempt}`,
        asInvoker,
        sql`
          create or replace view app.open_invoices with (security_invoker) as
            select id, tenant_id, total from app.invoices where total > 0;
          create view app.totals as select sum(total) as total from app.open_invoices;
          alter view app.totals set (security_invoker = on);
          grant select on app.totals to app_user;`,
      ],
      tenancy,
    },
    {
      name: 'a view of an owner over one that asks as whoever reads it',
      postgres: { from: 15 },
      sql: [
        `${protectedInvoices}\n${exempt}`,
        sql`
          ${asInvoker}
          create view app.large_invoices as select * from app.open_invoices where total > 0;
          ${ownedByExempt('app.large_invoices')}`,
      ],
      tenancy,
    },
    {
      name: 'an owner whom the same policy binds',
      sql: [
        [invoices, enabled, 'alter table app.invoices force row level security;'].join('\n'),
        sql`
          create policy tenant_isolation on app.invoices
            using (tenant_id = (select app.current_tenant_id()))
            with check (tenant_id = (select app.current_tenant_id()));
          create role reporting nologin;
          grant usage on schema app to reporting;
          grant select on app.invoices to reporting;
          grant execute on function app.current_tenant_id() to reporting;
          ${openInvoices}
          alter view app.open_invoices owner to reporting;
          grant select on app.open_invoices to app_user;`,
      ],
    },
    {
      name: 'a view that the system task alone may read',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        `${openInvoices}\nalter view app.open_invoices owner to exporter;`,
      ],
      tenancy,
    },
    {
      name: 'a view of what all tenants share',
      sql: sql`
        create table app.currencies (code text primary key, name text not null);
        create view app.currency_count as select count(code) from app.currencies;
        grant select on app.currency_count to app_user;`,
      tenancy: { globalTables: [{ relation: 'app.currencies', reason: 'ISO 4217' }] },
    },
  ],
  reads: ['grants', 'owner'],
  *find(model, tenancy, isolation) {
    const canAsInvoker = (model.server?.version ?? knowsInvoker) >= knowsInvoker
    for (const view of examinedRelations(model)) {
      if (view.kind !== 'view' || view.persistence === 'temporary') continue
      const category = categoryOf(model, tenancy, view)
      if (category === 'global' || category === 'system') continue
      if (!isOpenToTenants(tenancy, isolation, view)) continue
      const tables = tenantTablesReadAsOwner(model, isolation, view).filter(
        (table) => !isOwnerBound(model, isolation, view, table),
      )
      if (tables.length === 0) continue
      yield {
        subject: view.id,
        relation: view.id,
        view,
        canAsInvoker,
        message: `${view.id} reads ${tables.map(({ id }) => id).join(', ')} with the rights of its owner: the policies of whoever reads it don't hold there`,
        help: canAsInvoker
          ? 'Set security_invoker on the view, and grant those who read it what it reads.'
          : 'Revoke the view from the application, or filter by the tenant context in a function with a safe search_path; from PostgreSQL 15 on, set security_invoker.',
        source: view.source,
      }
    }
  },
  fix: ({ view, canAsInvoker }) =>
    canAsInvoker ? `alter view ${writeName(view)} set (security_invoker = true);` : null,
})
