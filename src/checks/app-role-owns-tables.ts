import { printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

const switchesOff = 'alter table app.invoices disable row level security; select * from app.invoices'

export default defineCheck({
  id: 'app-role-owns-tables',
  severity: 'error',
  title: 'Table belongs to a role of the application',
  rationale: `
    Whoever owns a table may switch its row security off, drop its policies and grant it to others. Where that is the role that the application
    connects as, one injected statement is enough to read all tenants, and FORCE ROW LEVEL SECURITY does not help: the owner may
    take it back.`,
  accept: 'Never: let a role that only migrations use own the tables.',
  bad: [
    {
      name: 'a table given to the role of the application',
      sql: [protectedInvoices, 'alter table app.invoices owner to app_user;'],
      finds: ['app.invoices/app_user'],
      leaks: switchesOff,
    },
    {
      name: 'a table that the role of the application created',
      sql: [
        'grant create on schema app to app_user;\ngrant references on app.tenants to app_user;',
        `set role app_user;\n${protectedInvoices}\nreset role;`,
      ],
      finds: ['app.invoices/app_user'],
      leaks: switchesOff,
    },
  ],
  good: [
    { name: 'a table of the role that runs the migrations', sql: protectedInvoices },
    {
      name: 'given to the role of the application and taken back',
      sql: [
        protectedInvoices,
        'alter table app.invoices owner to app_user;\nalter table app.invoices owner to current_user;',
      ],
    },
    {
      name: 'a role of its own for one table',
      sql: [
        protectedInvoices,
        'create role billing_owner nologin;\nalter table app.invoices owner to billing_owner;',
      ],
    },
  ],
  reads: ['owner'],
  *find(_model, tenancy, isolation) {
    for (const { relation } of isolation.tables) {
      const { owner, policies } = relation
      if (owner === null) continue
      const isOfApplication =
        tenancy.appRoles.length > 0
          ? tenancy.appRoles.includes(owner)
          : policies.some((policy) => policy.roles.includes(owner)) && isolation.actsForTenants(owner)
      if (!isOfApplication) continue
      yield {
        subject: `${relation.id}/${displayName(owner)}`,
        relation: relation.id,
        table: relation,
        owner,
        message: `${relation.id} belongs to ${owner}, a role of the application: it may switch row security off and drop the policies`,
        help: 'Give the table to the role that runs the migrations, and grant the application what it needs.',
        source: relation.source,
      }
    }
  },
  fix: ({ table, owner }) => {
    const name = writeName(table)
    return `alter table ${name} owner to current_user;\ngrant select, insert, update, delete on ${name} to ${printName(owner)};`
  },
})
