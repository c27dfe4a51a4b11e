import { examinedRelations } from '../model/questions.ts'
import { categoryOf } from '../policy/category.ts'
import { isOpenToTenants, tenantTablesCopied } from '../policy/view-reads.ts'
import { printName } from '../sql/expression.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'
import { exempt, exemptTasks } from './examples/views.ts'

const tenancy = { systemTasks: exemptTasks }

const totals = sql`
  create materialized view app.totals as select tenant_id, sum(total) as total from app.invoices group by tenant_id;
  alter materialized view app.totals owner to exporter;`

const refreshed = 'refresh materialized view app.totals'

export default defineCheck({
  id: 'materialized-view-of-tenant-rows',
  severity: 'error',
  title: 'Materialized view holds rows of all tenants',
  rationale: `
    A materialized view is a copy that its owner fills, with the rows of all tenants where row security doesn't bind him. PostgreSQL has no row security for
    materialized views, so that whoever may read one reads all of it.`,
  accept: 'What it holds of all tenants is meant for every tenant, such as a count over all of them.',
  bad: [
    {
      name: 'totals of each tenant that the application may read',
      sql: [protectedInvoices, exempt, `${totals}\ngrant select on app.totals to app_user;`],
      tenancy,
      finds: ['app.totals'],
      rows: refreshed,
      leaks: 'select * from app.totals',
    },
    {
      name: 'filled through a view that asks as whoever reads it, and open to everybody',
      postgres: { from: 15 },
      sql: [
        `${protectedInvoices}\n${exempt}`,
        sql`
          create view app.paid with (security_invoker = true) as select tenant_id, total from app.invoices;
          grant select on app.paid to app_user, exporter;
          create materialized view app.totals as select tenant_id, sum(total) as total from app.paid group by tenant_id;
          alter materialized view app.totals owner to exporter;
          grant select on app.totals to public;`,
      ],
      tenancy,
      finds: ['app.totals'],
      rows: refreshed,
      leaks: 'select * from app.totals',
    },
    {
      name: 'one filled from another',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        sql`
          ${totals}
          create materialized view app.large_totals as select * from app.totals where total > 0;
          alter materialized view app.large_totals owner to exporter;
          grant select on app.large_totals to app_user;`,
      ],
      tenancy,
      finds: ['app.large_totals'],
      rows: `${refreshed}; refresh materialized view app.large_totals`,
      leaks: 'select * from app.large_totals',
    },
  ],
  good: [
    {
      name: 'a copy that the application may not read',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        `${totals}\ngrant select on app.totals to app_user;`,
        'revoke select on app.totals from app_user;',
      ],
      tenancy,
    },
    {
      name: 'a copy of what all tenants share',
      sql: sql`
        create table app.currencies (code text primary key, name text not null);
        create materialized view app.currency_count as select count(code) from app.currencies;
        grant select on app.currency_count to app_user;`,
      tenancy: { globalTables: [{ relation: 'app.currencies', reason: 'ISO 4217' }] },
    },
    {
      name: 'a count over all tenants, declared with the reason',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        sql`
          create materialized view app.usage as select count(*) as invoices from app.invoices;
          grant select on app.usage to app_user;`,
      ],
      tenancy: {
        ...tenancy,
        globalTables: [{ relation: 'app.usage', reason: 'the counter on the homepage' }],
      },
    },
  ],
  reads: ['grants', 'owner'],
  *find(model, tenancy, isolation) {
    for (const view of examinedRelations(model)) {
      if (view.kind !== 'materialized-view' || !isOpenToTenants(tenancy, isolation, view)) continue
      const category = categoryOf(model, tenancy, view)
      if (category === 'global' || category === 'system') continue
      const tables = tenantTablesCopied(model, isolation, view)
      if (tables.length === 0) continue
      const grantees = view.grants.map(({ grantee }) => grantee)
      yield {
        subject: view.id,
        relation: view.id,
        view,
        readers: [...new Set(grantees)].filter((role) => isolation.actsForTenants(role)).sort(),
        message: `${view.id} is a copy of rows of ${tables.map(({ id }) => id).join(', ')}, and row security never applies to it: whoever may read it reads those of all tenants`,
        help: 'Revoke it from the application, and show a tenant its rows through a function that filters by the tenant context; or make it a table with policies.',
        source: view.source,
      }
    }
  },
  fix: ({ view, readers }) => {
    const roles = readers.map((role) => (role === 'public' ? role : printName(role))).join(', ')
    return roles === '' ? null : `revoke all on ${writeName(view)} from ${roles};`
  },
})
