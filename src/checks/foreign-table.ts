import { examinedRelations } from '../model/questions.ts'
import { categoryOf } from '../policy/category.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'

const server = sql`
  create extension postgres_fdw;
  create server archive foreign data wrapper postgres_fdw options (dbname 'archive');`

export default defineCheck({
  id: 'foreign-table',
  severity: 'error',
  rule: 'no policy',
  title: 'Foreign table: row security can not apply to it',
  rationale: `
    Row security filters ordinary and partitioned tables. A foreign table takes neither the flag nor policies: whoever may read
    it reads what the remote side shows to the mapped user, for all tenants. The same holds for a foreign table that is a partition.`,
  accept: `
    The remote side filters by tenant for the mapped user, or the rows are shared: declare the table in
    tenancy.globalTables with the reason.`,
  bad: [
    {
      name: 'a foreign table with the tenant key',
      sql: [
        server,
        sql`
          create foreign table app.old_invoices (id uuid, tenant_id uuid not null, total numeric)
            server archive options (table_name 'invoices');
          grant select on app.old_invoices to app_user;`,
      ],
      finds: ['app.old_invoices'],
    },
    {
      name: 'everything of a remote schema',
      sql: [server, 'create foreign table public.customers (id uuid, name text) server archive;'],
      finds: ['public.customers'],
    },
  ],
  good: [
    {
      name: 'rates that all tenants share',
      sql: [server, 'create foreign table app.rates (currency text, rate numeric) server archive;'],
      tenancy: { globalTables: [{ relation: 'app.rates', reason: 'published exchange rates' }] },
    },
    {
      name: 'dropped before the migration ends',
      sql: [
        server,
        `create foreign table app.source (id uuid, tenant_id uuid) server archive;\ndrop foreign table app.source;`,
      ],
    },
  ],
  reads: [],
  *find(model, tenancy, isolation) {
    for (const relation of examinedRelations(model)) {
      if (relation.kind !== 'foreign-table' || !isolation.isGuarded(relation)) continue
      const category = categoryOf(model, tenancy, relation)
      if (category === 'global' || category === 'system') continue
      yield {
        subject: relation.id,
        relation: relation.id,
        message: `${relation.id} is a foreign table, which takes no row security: every role that may read it reads the rows of all tenants`,
        help: 'Move it to a namespace that the application cannot reach, and read it through a function or view that filters by tenant.',
        source: relation.source,
      }
    }
  },
})
