import { admittedClauses } from '../model/questions.ts'
import { policySubject } from '../policy/policy-subject.ts'
import { printExpression, printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { guardedInvoices, protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'policy-without-with-check',
  severity: 'error',
  rule: 'missing clause',
  title: 'Policy leaves out WITH CHECK, which its command admits',
  rationale: `
    WITH CHECK says what a written row may look like. Where it is left out PostgreSQL takes USING in its place, silently; a reader
    can't tell whether that was meant, and whoever later widens USING for reading widens writing too.`,
  accept: 'Never: write the clause, even where it repeats USING.',
  bad: [
    {
      name: 'all commands and USING alone',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_isolation on app.invoices to app_user
            using (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/tenant_isolation'],
    },
    {
      name: 'FOR UPDATE and USING alone',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_changes on app.invoices for update to app_user
            using (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/tenant_changes'],
    },
    {
      name: 'a restrictive policy with USING alone',
      sql: [
        protectedInvoices,
        sql`
          create policy tenant_barrier on app.invoices as restrictive to app_user
            using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));`,
      ],
      finds: ['app.invoices/tenant_barrier'],
    },
  ],
  good: [
    { name: 'both clauses', sql: protectedInvoices },
    {
      name: 'FOR SELECT and FOR DELETE take no WITH CHECK',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_reads on app.invoices for select to app_user
            using (tenant_id = (select app.current_tenant_id()));
          create policy tenant_deletes on app.invoices for delete to app_user
            using (tenant_id = (select app.current_tenant_id()));`,
      ],
    },
    {
      name: 'the clause added by ALTER POLICY in the same migration',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_isolation on app.invoices to app_user
            using (tenant_id = (select app.current_tenant_id()));
          alter policy tenant_isolation on app.invoices
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation } of isolation.tables) {
      for (const policy of relation.policies) {
        const isInvalid = policy.command === 'insert' && policy.using !== null
        if (policy.withCheck !== null || !admittedClauses(policy.command).withCheck || isInvalid) continue
        yield {
          subject: policySubject(relation, policy),
          relation: relation.id,
          fix:
            policy.using === null
              ? null
              : `alter policy ${printName(policy.name)} on ${writeName(relation)} with check (${printExpression(policy.using)});`,
          message:
            policy.using === null
              ? `Policy ${displayName(policy.name)} on ${relation.id} has no WITH CHECK: it admits no new row`
              : `Policy ${displayName(policy.name)} on ${relation.id} has no WITH CHECK: what may be written follows USING silently`,
          help: 'Write WITH CHECK with the condition that ties the tenant.',
          source: policy.source,
        }
      }
    }
  },
  fix: ({ fix }) => fix,
})
