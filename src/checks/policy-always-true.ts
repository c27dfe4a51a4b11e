import type { Expression } from '../model/schema-model.ts'
import { isNewTenant } from '../policy/openings.ts'
import { policySubject } from '../policy/policy-subject.ts'
import { printExpression } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { guardedInvoices, protectedInvoices } from './examples/invoices.ts'
import { otherTenant } from './examples/tenants.ts'

const reads = (using: string) =>
  [
    guardedInvoices,
    `create policy tenant_reads on app.invoices for select to app_user\n  using (${using});`,
  ] as const

/** The expression where it doesn't say itself that it is true. */
function asWritten(expression: Expression): string {
  const text = printExpression(expression)
  return text === 'true' ? '' : ` (${text})`
}

export default defineCheck({
  id: 'policy-always-true',
  severity: 'error',
  title: 'Policy is true for every row',
  rationale: `
    A permissive policy that is always true switches row security off for whom it speaks to, whatever the policies beside it say: one
    that admits is enough. It need not say TRUE: a column compared with itself, a test for null on a column that never is, two
    constants, or an OR with one of these do the same.`,
  accept: 'The rows are shared by all tenants: declare the table in tenancy.globalTables with the reason.',
  bad: [
    {
      name: 'the literal',
      sql: reads('true'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'two equal constants',
      sql: reads('1 = 1'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'the tenant key compared with itself',
      sql: reads('invoices.tenant_id = tenant_id'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'a test for null on a column that never is',
      sql: reads('tenant_id is not null'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'one branch that is always true',
      sql: reads("tenant_id = (select app.current_tenant_id()) or 't'::boolean"),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'a condition and its opposite',
      sql: reads('total > 0 or not (total > 0)'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'a subquery that reads nothing',
      sql: reads('exists (select 1) and coalesce((select true), false)'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'an aggregate always has a row',
      sql: reads('exists (select count(*) from app.memberships m where m.tenant_id = invoices.tenant_id)'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'both results of a CASE',
      sql: reads("case when total > 100 then not false else 'a' = 'a' end"),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'a list that has the column itself',
      sql: reads('tenant_id in (select tenant_id)'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'rows that may be written for anybody',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_writes on app.invoices to app_user
            using (tenant_id = (select app.current_tenant_id()))
            with check (true);`,
      ],
      finds: ['app.invoices/tenant_writes'],
      leaks: `insert into app.invoices values (gen_random_uuid(), '${otherTenant}', 1)`,
    },
    {
      name: 'widened later by ALTER POLICY',
      sql: [protectedInvoices, 'alter policy tenant_isolation on app.invoices using (true);'],
      finds: ['app.invoices/tenant_isolation'],
      leaks: 'select * from app.invoices',
    },
  ],
  good: [
    { name: 'a policy that ties the tenant', sql: protectedInvoices },
    {
      name: 'a shared table',
      sql: sql`
        create table app.currencies (code text primary key);
        alter table app.currencies enable row level security, force row level security;
        create policy readable on app.currencies for select using (true);
        grant select on app.currencies to app_user;`,
      tenancy: { globalTables: [{ relation: 'app.currencies', reason: 'ISO 4217' }] },
    },
    {
      name: 'a restrictive policy for the same command closes it',
      sql: [
        guardedInvoices,
        sql`
          create policy everybody on app.invoices for select to app_user using (true);
          create policy tenant_barrier on app.invoices as restrictive for select to public
            using (tenant_id = (select app.current_tenant_id()));`,
      ],
    },
    {
      name: 'for a role that row security does not bind',
      sql: [
        protectedInvoices,
        sql`
          create role auditor bypassrls;
          create policy auditor_reads on app.invoices for select to auditor using (true);`,
      ],
    },
    {
      name: 'for a declared system task',
      sql: [
        protectedInvoices,
        sql`
          create role billing_task;
          create policy billing_reads on app.invoices for select to billing_task using (true);`,
      ],
      tenancy: {
        systemTasks: [{ name: 'billing', role: 'billing_task', reason: 'invoices all tenants once a month' }],
      },
    },
    {
      name: 'an OR whose constant is false',
      sql: reads('tenant_id = (select app.current_tenant_id()) or false'),
    },
    {
      name: 'the word in a string',
      sql: reads("tenant_id = (select app.current_tenant_id()) and 'true' <> 'false'"),
    },
    {
      name: 'anybody who logs in may create a tenant',
      sql: sql`
        create policy create_tenant on app.tenants for insert to app_user with check (true);
        grant insert on app.tenants to app_user;`,
    },
    { name: 'nobody at all', sql: reads('tenant_id <> tenant_id') },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, category } of isolation.tables) {
      if (category === 'global') continue
      const constant = isolation
        .openings(relation)
        .filter((opening) => opening.constant && !isNewTenant(category, opening))
      for (const policy of new Set(constant.map((opening) => opening.policy))) {
        const opening = constant.find((candidate) => candidate.policy === policy)
        if (opening === undefined) continue
        const isRead = opening.clause === 'using'
        yield {
          subject: policySubject(relation, policy),
          relation: relation.id,
          message: `${isRead ? 'USING' : 'WITH CHECK'} of policy ${displayName(policy.name)} on ${relation.id} is true for every row${asWritten(opening.expression)}: ${isRead ? 'the rows of all tenants are open to' : 'rows can be written for any tenant by'} ${opening.commands.map((command) => command.toUpperCase()).join(', ')}`,
          help: 'Replace it by a condition that ties the tenant key to the tenant context, or declare the table global with a reason.',
          source: policy.source,
        }
      }
    }
  },
})
