import { admittedClauses } from '../model/questions.ts'
import { policySubject } from '../policy/policy-subject.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { guardedInvoices, protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'invalid-policy-clause',
  severity: 'error',
  rule: 'missing clause',
  title: 'Policy has a clause that its command does not take',
  sources: ['replay'],
  rationale: `
    SELECT and DELETE take USING, INSERT takes WITH CHECK. The grammar lets the other clause through, and the server then refuses the
    statement (42601): the migration stops there, or, run without a transaction, goes on without the policy.`,
  accept: 'Never: the statement can not be run.',
  bad: [
    {
      name: 'USING for INSERT',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_adds on app.invoices for insert to app_user
            using (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/tenant_adds'],
    },
    {
      name: 'WITH CHECK for SELECT',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_reads on app.invoices for select to app_user
            using (tenant_id = (select app.current_tenant_id()))
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/tenant_reads'],
    },
    {
      name: 'WITH CHECK added to a policy for DELETE',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_deletes on app.invoices for delete to app_user
            using (tenant_id = (select app.current_tenant_id()));
          alter policy tenant_deletes on app.invoices
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/tenant_deletes'],
    },
  ],
  good: [
    { name: 'both clauses for all commands', sql: protectedInvoices },
    {
      name: 'each command with its own clauses',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_adds on app.invoices for insert to app_user
            with check (tenant_id = (select app.current_tenant_id()));
          create policy tenant_changes on app.invoices for update to app_user
            using (tenant_id = (select app.current_tenant_id()))
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation } of isolation.tables) {
      for (const policy of relation.policies) {
        const admitted = admittedClauses(policy.command)
        const hasUsing = policy.using !== null && !admitted.using
        const hasWithCheck = policy.withCheck !== null && !admitted.withCheck
        if (!hasUsing && !hasWithCheck) continue
        const [clause, other] = hasUsing ? ['USING', 'WITH CHECK'] : ['WITH CHECK', 'USING']
        yield {
          subject: policySubject(relation, policy),
          relation: relation.id,
          message: `Policy ${displayName(policy.name)} on ${relation.id} has ${clause}, which ${policy.command.toUpperCase()} does not take: the server refuses the statement`,
          help: `Write ${other} in its place.`,
          source: policy.source,
        }
      }
    }
  },
})
