import { forceRowSecurity } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { enabled, forced, invoices, protectedInvoices, tenantPolicy } from './examples/invoices.ts'

export default defineCheck({
  id: 'row-security-not-forced',
  severity: 'error',
  rule: 'not forced',
  title: 'Row security is enabled and not forced',
  rationale: `
    The owner of a table is not bound by its policies unless row security is forced. The owner is usually the role
    that runs the migrations, and often the one that the application, a job or a script connects as. Whatever runs as the
    owner, SECURITY DEFINER functions and plain views of his included, reads the rows of all tenants.`,
  accept: `
    Nothing ever runs as the owner but migrations, and it is known that no function or view of the owner reads the
    table.`,
  bad: [
    { name: 'ENABLE without FORCE', sql: [invoices, enabled, tenantPolicy], finds: ['app.invoices'] },
    {
      name: 'FORCE on another table',
      sql: [
        [invoices, enabled, tenantPolicy].join('\n'),
        'alter table app.tenants force row level security;',
      ],
      finds: ['app.invoices'],
    },
  ],
  good: [
    { name: 'enabled and forced', sql: protectedInvoices },
    { name: 'FORCE before ENABLE', sql: [invoices, forced, enabled, tenantPolicy] },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, gap } of isolation.gaps('never forced')) {
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        message: `${relation.id} does not force row security: its owner, and whatever runs as the owner, bypasses every policy`,
        help: 'Force row security in the migration that enables it.',
        source: gap.source,
      }
    }
  },
  fix: ({ table }) => forceRowSecurity(table),
})
