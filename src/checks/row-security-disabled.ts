import { enableAndForce } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'row-security-disabled',
  severity: 'error',
  title: 'Row security is switched off, or no longer forced',
  sources: ['replay'],
  rationale: `
    DISABLE ROW LEVEL SECURITY leaves the policies in place and ignores them: the table looks protected and shows all rows. NO
    FORCE lets the owner past them. Both are often written for a backfill and then forgotten.`,
  accept: `
    The table was emptied of tenants' rows and is declared in tenancy.globalTables or tenancy.systemTables.`,
  bad: [
    {
      name: 'switched off for a backfill and left so',
      sql: [
        protectedInvoices,
        'alter table app.invoices disable row level security;\nupdate app.invoices set total = 0 where total < 0;',
      ],
      finds: ['app.invoices'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'switched off in the middle of other changes',
      sql: [
        protectedInvoices,
        'alter table app.invoices add column note text, disable row level security, alter column note set default $$none$$;',
      ],
      finds: ['app.invoices'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'FORCE taken back: a view reads as the owner',
      sql: [
        protectedInvoices,
        'create view app.invoice_list as select * from app.invoices;\ngrant select on app.invoice_list to app_user;',
        'alter table app.invoices no force row level security;',
      ],
      finds: ['app.invoices'],
      beside: ['view-runs-as-owner'],
      leaks: 'select * from app.invoice_list',
    },
  ],
  good: [
    {
      name: 'suspended for a backfill and forced again in the same migration',
      sql: [
        protectedInvoices,
        `alter table app.invoices no force row level security;
update app.invoices set total = 0 where total < 0;
alter table app.invoices force row level security;`,
      ],
    },
    {
      name: 'switched off in a transaction that is rolled back',
      sql: [protectedInvoices, 'begin;\nalter table app.invoices disable row level security;\nrollback;'],
    },
    {
      name: 'the words in a comment and in a string',
      sql: [
        protectedInvoices,
        "-- alter table app.invoices disable row level security;\ncomment on table app.invoices is 'never disable row level security';",
      ],
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, gap } of isolation.gaps('switched off', 'force taken back')) {
      const isOff = gap.cause === 'switched off'
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        message: isOff
          ? `Row security of ${relation.id} is switched off: its policies no longer hold, and every role that may read it reads all tenants`
          : `Row security of ${relation.id} is no longer forced: its owner, and whatever runs as the owner, bypasses every policy`,
        help: isOff
          ? 'Enable and force row security again before the migration ends.'
          : 'Force row security again before the migration ends.',
        source: gap.source,
      }
    }
  },
  fix: ({ table }) => enableAndForce(table),
})
