import { missingColumns } from '../policy/missing-columns.ts'
import { policySubject } from '../policy/policy-subject.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { guardedInvoices, protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'policy-names-missing-column',
  severity: 'warning',
  title: 'Policy names a column that the table does not have',
  sources: ['replay'],
  rationale: `
    The server refuses such a statement, and the policy is not there afterwards. Either the name is mistyped, or the column comes
    from a statement that the history does not have, and then nothing here can be told about it.`,
  accept: 'The column is created outside of the migrations.',
  bad: [
    {
      name: 'a column that was never created',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_reads on app.invoices for select to app_user
            using (tenant_id = (select app.current_tenant_id()) and not archived);`,
      ],
      finds: ['app.invoices/tenant_reads'],
    },
    {
      name: 'a mistyped name behind the name of the table',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_reads on app.invoices for select to app_user
            using (tenant_id = (select app.current_tenant_id()) and invoices.totl > 0);`,
      ],
      finds: ['app.invoices/tenant_reads'],
    },
  ],
  good: [
    { name: 'columns that are there', sql: protectedInvoices },
    {
      name: 'a system column, the whole row and columns of a subquery',
      sql: [
        guardedInvoices,
        sql`
          create function app.is_open(app.invoices) returns boolean language sql as 'select true';
          create policy tenant_reads on app.invoices for select to app_user using (
            tenant_id = (select app.current_tenant_id())
            and tableoid = 'app.invoices'::regclass
            and app.is_open(invoices)
            and exists (select 1 from app.memberships m where m.role = 'owner')
          );`,
      ],
    },
    {
      name: 'a column that was renamed afterwards',
      sql: [protectedInvoices, 'alter table app.invoices rename column tenant_id to owner_id;'],
      tenancy: { tenantKeys: { 'app.invoices': 'owner_id' } },
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation } of isolation.tables) {
      for (const policy of relation.policies) {
        const missing = [policy.using, policy.withCheck].flatMap((clause) =>
          clause === null ? [] : missingColumns(relation, clause),
        )
        const [column] = missing
        if (column === undefined) continue
        yield {
          subject: policySubject(relation, policy),
          relation: relation.id,
          message: `Policy ${displayName(policy.name)} names ${column}, which ${relation.id} does not have: the server refuses the statement`,
          help: 'Correct the name, or create the column before the policy.',
          source: policy.source,
        }
      }
    }
  },
})
