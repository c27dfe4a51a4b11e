import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { enableAndForce } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { forced, invoices, protectedInvoices, tenantPolicy } from './examples/invoices.ts'

export default defineCheck({
  id: 'policies-dormant',
  severity: 'error',
  title: 'Table has policies, and row security is off',
  rationale: `
    CREATE POLICY does not switch row security on. Until ENABLE ROW LEVEL SECURITY is run, PostgreSQL ignores every policy of
    the table, without a warning, and shows all rows.`,
  accept: 'Never for longer than a migration: a policy that is not in force only misleads.',
  bad: [
    {
      name: 'a policy, and ENABLE forgotten',
      sql: [invoices, tenantPolicy],
      finds: ['app.invoices'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'a policy and FORCE, and ENABLE forgotten',
      sql: [invoices, tenantPolicy, forced],
      finds: ['app.invoices'],
      leaks: 'select * from app.invoices',
    },
  ],
  good: [
    { name: 'policies in force', sql: protectedInvoices },
    {
      name: 'policies dropped from a table that is shared',
      sql: [
        sql`
          create table app.currencies (code text primary key);
          create policy readable on app.currencies for select using (true);`,
        'drop policy readable on app.currencies;',
      ],
      tenancy: { globalTables: [{ relation: 'app.currencies', reason: 'ISO 4217' }] },
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, gap } of isolation.gaps('policies dormant')) {
      const names = relation.policies.map(({ name }) => displayName(name)).join(', ')
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        message: `${relation.id} has policies (${names}) and row security is off: none of them holds, and all rows are visible`,
        help: 'Enable and force row security on the table.',
        source: gap.source,
      }
    }
  },
  fix: ({ table }) => enableAndForce(table),
})
