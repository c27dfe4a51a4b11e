import { enableAndForce } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'copied-without-protection',
  severity: 'error',
  title: 'Copy of a protected table has no row security',
  sources: ['replay'],
  rationale: `
    CREATE TABLE AS, SELECT INTO and LIKE copy rows or columns. None of them copies row security or policies, LIKE ... INCLUDING ALL
    neither. The copy holds, or is about to hold, rows of all tenants, and shows them to whoever may read it.`,
  accept: 'Never: drop the copy at the end of the migration, or protect it.',
  bad: [
    {
      name: 'a backup by CREATE TABLE AS',
      sql: [
        protectedInvoices,
        'create table app.invoices_backup as select * from app.invoices;\ngrant select on app.invoices_backup to app_user;',
      ],
      finds: ['app.invoices_backup'],
      leaks: 'select * from app.invoices_backup',
      beside: ['tenant-key-nullable'],
    },
    {
      name: 'SELECT INTO',
      sql: [
        protectedInvoices,
        'select * into app.large_invoices from app.invoices where total > 1000;\ngrant select on app.large_invoices to app_user;',
      ],
      finds: ['app.large_invoices'],
      leaks: 'select * from app.large_invoices',
      beside: ['tenant-key-nullable'],
    },
    {
      name: 'LIKE ... INCLUDING ALL',
      sql: [
        protectedInvoices,
        'create table app.invoices_archive (like app.invoices including all);\ngrant select on app.invoices_archive to app_user;',
      ],
      finds: ['app.invoices_archive'],
      leaks: 'select * from app.invoices_archive',
    },
  ],
  good: [
    {
      name: 'a copy that is protected in the same migration',
      sql: [
        protectedInvoices,
        `create table app.invoices_archive (like app.invoices including all);
alter table app.invoices_archive enable row level security;
alter table app.invoices_archive force row level security;
create policy tenant_isolation on app.invoices_archive for select to app_user
  using (tenant_id = (select app.current_tenant_id()));`,
      ],
    },
    {
      name: 'a temporary copy',
      sql: [
        protectedInvoices,
        'create temporary table moved as select * from app.invoices;\nupdate app.invoices i set total = m.total from moved m where m.id = i.id;',
      ],
    },
    {
      name: 'a copy that is dropped before the migration ends',
      sql: [protectedInvoices, 'create table app.moved as table app.invoices;\ndrop table app.moved;'],
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, gap } of isolation.gaps('copied')) {
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        message: `${relation.id} is a copy of ${gap.from} without its row security: every role that may read it reads the rows of all tenants`,
        help: 'Enable and force row security on the copy and give it policies, or drop it before the migration ends.',
        source: gap.source,
      }
    }
  },
  fix: ({ table }) => enableAndForce(table),
})
