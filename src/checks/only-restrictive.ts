import { usualPolicy } from '../templates/usual-policy.ts'
import { defineCheck } from './define-check.ts'
import { guardedInvoices, protectedInvoices } from './examples/invoices.ts'

const barrier = `create policy tenant_barrier on app.invoices as restrictive to app_user
  using (tenant_id = (select app.current_tenant_id()))
  with check (tenant_id = (select app.current_tenant_id()));`

export default defineCheck({
  id: 'only-restrictive',
  severity: 'warning',
  title: 'All policies are restrictive: none admits anybody',
  rationale: `
    A restrictive policy only narrows what permissive ones admit. Where there is no permissive policy nobody sees a row, whatever
    the restrictive ones say. It is usually a permissive policy that was declared restrictive by mistake.`,
  accept: 'The permissive policies come with a later migration that is written already.',
  bad: [
    {
      name: 'the tenant policy declared restrictive',
      sql: [guardedInvoices, barrier],
      finds: ['app.invoices'],
    },
    {
      name: 'the permissive policy dropped beside its barrier',
      sql: [protectedInvoices, barrier, 'drop policy tenant_isolation on app.invoices;'],
      finds: ['app.invoices'],
    },
  ],
  good: [{ name: 'a barrier beside a permissive policy', sql: [protectedInvoices, barrier] }],
  reads: [],
  *find(model, tenancy, isolation) {
    for (const { relation } of isolation.tables) {
      const [first] = relation.policies
      if (!relation.rowSecurityEnabled || first === undefined) continue
      if (relation.policies.some(({ permissive }) => permissive)) continue
      yield {
        subject: relation.id,
        relation: relation.id,
        message: `${relation.id} has restrictive policies alone: nobody who is bound by row security sees or writes a row`,
        help: 'Create a permissive policy that says who is admitted.',
        policy: () => usualPolicy(model, tenancy, isolation, relation),
        source: first.source,
      }
    }
  },
  fix: ({ policy }) => policy(),
})
