import { enableAndForce } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { invoices, protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'renamed-away',
  severity: 'error',
  title: 'New table took the name of a protected one, and not its protection',
  sources: ['replay'],
  rationale: `
    Row security and policies belong to a table, not to its name: they went along when the table was renamed. The
    table created under the old name starts without any, and the application, which knows only the name, reads it.`,
  accept: 'Never: the table that has the name is the one that is used.',
  bad: [
    {
      name: 'a table rebuilt under its old name',
      sql: [
        protectedInvoices,
        `alter table app.invoices rename to invoices_old;\nalter index app.invoices_tenant_id rename to invoices_old_tenant_id;\n${invoices}`,
      ],
      finds: ['app.invoices'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'the protected table moved to another namespace',
      sql: [
        protectedInvoices,
        `create schema archive;\nalter table app.invoices set schema archive;\n${invoices}`,
      ],
      finds: ['app.invoices'],
      leaks: 'select * from app.invoices',
    },
  ],
  good: [
    {
      name: 'renamed, and nothing takes the name',
      sql: [protectedInvoices, 'alter table app.invoices rename to bills;'],
    },
    {
      name: 'rebuilt under its old name with its protection',
      sql: [
        protectedInvoices,
        `alter table app.invoices rename to invoices_old;
alter index app.invoices_tenant_id rename to invoices_old_tenant_id;
${protectedInvoices}`,
      ],
    },
    {
      name: 'renamed and renamed back',
      sql: [
        protectedInvoices,
        'alter table app.invoices rename to invoices_old;\nalter table app.invoices_old rename to invoices;',
      ],
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, gap } of isolation.gaps('renamed away')) {
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        message: `${relation.id} has no row security: the policies stayed with the table that is ${gap.from} now`,
        help: 'Enable and force row security on the new table and create the policies again.',
        source: gap.source,
      }
    }
  },
  fix: ({ table }) => enableAndForce(table),
})
