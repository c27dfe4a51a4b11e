import { enableAndForce } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'inherited-unprotected',
  severity: 'error',
  title: 'Table inherits from a protected table and has no row security of its own',
  rationale: `
    A table that INHERITS takes the columns of its parent, and neither its row security nor its policies. Queries that name the
    parent are filtered; queries that name the child read all of it.`,
  accept: 'No role of the application has or gets a privilege on the inheriting table.',
  bad: [
    {
      name: 'a table created with INHERITS',
      sql: [
        protectedInvoices,
        'create table app.credit_notes (reason text) inherits (app.invoices);\ngrant select on app.credit_notes to app_user;',
      ],
      finds: ['app.credit_notes'],
      leaks: 'select * from app.credit_notes',
    },
    {
      name: 'a table that is made to inherit later',
      sql: [
        protectedInvoices,
        `create table app.old_invoices (
  id uuid not null,
  tenant_id uuid not null references app.tenants (id),
  total numeric not null
);
grant select on app.old_invoices to app_user;
alter table app.old_invoices inherit app.invoices;`,
      ],
      finds: ['app.old_invoices'],
      leaks: 'select * from app.old_invoices',
    },
  ],
  good: [
    {
      name: 'enabled and forced without a policy: nothing is visible but through the parent',
      sql: [
        protectedInvoices,
        `create table app.credit_notes (reason text) inherits (app.invoices);
alter table app.credit_notes enable row level security;
alter table app.credit_notes force row level security;`,
      ],
    },
    {
      name: 'an inheriting table with policies of its own',
      sql: [
        protectedInvoices,
        `create table app.credit_notes (reason text) inherits (app.invoices);
alter table app.credit_notes enable row level security, force row level security;
create policy tenant_isolation on app.credit_notes for select to app_user
  using (tenant_id = (select app.current_tenant_id()));`,
      ],
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, gap } of isolation.gaps('inherited')) {
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        message: `${relation.id} inherits from ${gap.from} and not its row security: queries that name it read the rows of all tenants`,
        help: 'Enable and force row security on the inheriting table.',
        source: gap.source,
      }
    }
  },
  fix: ({ table }) => enableAndForce(table),
})
