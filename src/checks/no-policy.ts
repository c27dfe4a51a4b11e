import { sql } from '../sql/template.ts'
import { usualPolicy } from '../templates/usual-policy.ts'
import { defineCheck } from './define-check.ts'
import { protectedEvents } from './examples/events.ts'
import { guardedInvoices, protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'no-policy',
  severity: 'error',
  rule: 'no policy',
  title: 'Row security is on and there is no policy',
  rationale: `
    Without a policy row security admits nobody: the application sees an empty table. What usually follows is that it connects as
    a role that bypasses row security, and then nothing is filtered at all.`,
  accept: `
    Only roles that bypass row security are meant to read the table: declare it in tenancy.systemTables.`,
  bad: [
    { name: 'enabled and forced, policies forgotten', sql: guardedInvoices, finds: ['app.invoices'] },
    {
      name: 'the only policy dropped later',
      sql: [protectedInvoices, 'drop policy tenant_isolation on app.invoices;'],
      finds: ['app.invoices'],
    },
  ],
  good: [
    { name: 'a policy', sql: protectedInvoices },
    {
      name: 'a partition: the policies of its parent hold',
      sql: [
        protectedEvents,
        sql`
          create table app.events_rest partition of app.events default;
          alter table app.events_rest enable row level security, force row level security;`,
      ],
    },
    {
      name: 'a policy dropped and created again',
      sql: [
        protectedInvoices,
        sql`
          drop policy tenant_isolation on app.invoices;
          create policy tenants_only on app.invoices to app_user
            using (tenant_id = (select app.current_tenant_id()))
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
    },
  ],
  reads: [],
  *find(model, tenancy, isolation) {
    for (const { relation } of isolation.tables) {
      const isOwn = relation.partitionOf === null && relation.inherits.length === 0
      if (!relation.rowSecurityEnabled || relation.policies.length > 0 || !isOwn) continue
      yield {
        subject: relation.id,
        relation: relation.id,
        message: `${relation.id} has row security and no policy: nobody who is bound by row security sees or writes a row`,
        help: 'Create policies that tie the tenant, for each command that the application uses.',
        policy: () => usualPolicy(model, tenancy, isolation, relation),
        source: relation.rowSecurityEnabledSource ?? relation.source,
      }
    }
  },
  fix: ({ policy }) => policy(),
})
