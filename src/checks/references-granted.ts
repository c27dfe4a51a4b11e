import { examinedRelations } from '../model/questions.ts'
import { unboundGrants } from '../policy/unbound-grants.ts'
import { printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'references-granted',
  severity: 'warning',
  title: 'Application may refer to a table by foreign keys of its own',
  rationale: `
    A foreign key is checked past row security. Whoever has REFERENCES on a table and may create one of his own learns by trying which rows other tenants have, and
    keeps them from deleting those that he refers to. An application needs the privilege for nothing; GRANT ALL has it in it.`,
  accept:
    'The role creates tables at run time that have to refer to this one, and may know which keys exist.',
  bad: [
    {
      name: 'granted to the application',
      sql: [protectedInvoices, 'grant references on app.invoices to app_user;'],
      finds: ['app.invoices/app_user'],
    },
    {
      name: 'granted on one column, to everybody',
      sql: [protectedInvoices, 'grant references (id) on app.invoices to public;'],
      finds: ['app.invoices/public'],
    },
  ],
  good: [
    { name: 'the four privileges that row security binds', sql: protectedInvoices },
    {
      name: 'granted and revoked',
      sql: [
        protectedInvoices,
        'grant references on app.invoices to app_user;',
        'revoke references on app.invoices from app_user;',
      ],
    },
    {
      name: 'on a table that all tenants share',
      sql: [
        'create table app.currencies (code text primary key);\ngrant select, references on app.currencies to app_user;',
      ],
      tenancy: { globalTables: [{ relation: 'app.currencies', reason: 'ISO 4217' }] },
    },
  ],
  reads: ['grants', 'owner'],
  *find(model, tenancy, isolation) {
    for (const { relation, role, grant } of unboundGrants(
      examinedRelations(model),
      tenancy,
      isolation,
      'references',
    )) {
      yield {
        subject: `${relation.id}/${displayName(role)}`,
        relation: relation.id,
        table: relation,
        role,
        message: `${role === 'public' ? 'everybody' : role} has REFERENCES on ${relation.id}: a foreign key of his own tells which rows other tenants have, and holds them`,
        help: 'Revoke REFERENCES; who creates tables by migrations needs no grant on what he owns.',
        source: grant.source ?? relation.source,
      }
    }
  },
  fix: ({ table, role }) =>
    `revoke references on ${writeName(table)} from ${role === 'public' ? role : printName(role)};`,
})
