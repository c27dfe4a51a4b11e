import { admittedClauses } from '../model/questions.ts'
import { policySubject } from '../policy/policy-subject.ts'
import { printExpression, printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { guardedInvoices, protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'policy-without-using',
  severity: 'error',
  rule: 'missing clause',
  title: 'Policy leaves out USING, which its command admits',
  rationale: `
    USING says which existing rows a command may see, change or delete. A policy without it admits none of them, which is seldom
    what was meant, and a reader can't tell. Every clause that the command admits is to be written.`,
  accept: 'Never: write the clause, USING (false) where no row is meant.',
  bad: [
    {
      name: 'FOR UPDATE with WITH CHECK alone',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_changes on app.invoices for update to app_user
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/tenant_changes'],
    },
    {
      name: 'no command and WITH CHECK alone',
      sql: [
        guardedInvoices,
        sql`
          create policy "tenant writes" on app.invoices to app_user
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/"tenant writes"'],
    },
  ],
  good: [
    { name: 'both clauses', sql: protectedInvoices },
    {
      name: 'FOR INSERT takes no USING',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_adds on app.invoices for insert to app_user
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
    },
    {
      name: 'ALTER POLICY of one clause keeps the other',
      sql: [
        protectedInvoices,
        'alter policy tenant_isolation on app.invoices with check (tenant_id = (select app.current_tenant_id()));',
      ],
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation } of isolation.tables) {
      for (const policy of relation.policies) {
        if (policy.using !== null || !admittedClauses(policy.command).using) continue
        const admits = policy.withCheck !== null && admittedClauses(policy.command).withCheck
        yield {
          subject: policySubject(relation, policy),
          relation: relation.id,
          fix:
            admits && policy.withCheck !== null
              ? `alter policy ${printName(policy.name)} on ${writeName(relation)} using (${printExpression(policy.withCheck)});`
              : null,
          message: `Policy ${displayName(policy.name)} on ${relation.id} has no USING: it admits no existing row`,
          help: 'Write USING with the condition that ties the tenant.',
          source: policy.source,
        }
      }
    }
  },
  fix: ({ fix }) => fix,
})
