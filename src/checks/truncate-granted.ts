import { examinedRelations } from '../model/questions.ts'
import { unboundGrants } from '../policy/unbound-grants.ts'
import { printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

const emptied = 'truncate app.invoices'

export default defineCheck({
  id: 'truncate-granted',
  severity: 'error',
  title: 'Application may empty a table for all tenants',
  rationale: `
    Row security filters SELECT, INSERT, UPDATE and DELETE. TRUNCATE asks no policy: whoever has the privilege removes the rows of all tenants with one
    statement. GRANT ALL has it in it.`,
  accept: 'Never for a role that acts for tenants: let a declared system task empty the table.',
  bad: [
    {
      name: 'all privileges granted to the application',
      sql: [protectedInvoices, 'grant all on app.invoices to app_user;'],
      finds: ['app.invoices/app_user'],
      leaks: emptied,
    },
    {
      name: 'granted to everybody',
      sql: [protectedInvoices, 'grant truncate on app.invoices to public;'],
      finds: ['app.invoices/public'],
      leaks: emptied,
    },
    {
      name: 'granted to a role that the application is a member of, and to one more',
      sql: [
        protectedInvoices,
        sql`
          create role cleaners nologin;
          create role helpers login;
          grant truncate on app.invoices to cleaners, helpers;
          grant cleaners to app_user;`,
      ],
      finds: ['app.invoices/cleaners', 'app.invoices/helpers'],
      leaks: emptied,
    },
    {
      name: 'by default privileges, before the table is there',
      sql: ['alter default privileges in schema app grant all on tables to app_user;', protectedInvoices],
      finds: ['app.invoices/app_user'],
      leaks: emptied,
    },
    {
      name: 'on a partition',
      sql: [
        sql`
          create table app.events (id uuid not null, tenant_id uuid not null references app.tenants (id)) partition by hash (tenant_id);
          create index on app.events (tenant_id);
          alter table app.events enable row level security, force row level security;
          create policy tenant_isolation on app.events to app_user
            using (tenant_id = (select app.current_tenant_id()))
            with check (tenant_id = (select app.current_tenant_id()));
          grant select on app.events to app_user;`,
        sql`
          create table app.events_all partition of app.events for values with (modulus 1, remainder 0);
          alter table app.events_all enable row level security, force row level security;
          grant truncate on app.events_all to app_user;`,
      ],
      finds: ['app.events_all/app_user'],
      leaks: 'truncate app.events_all',
    },
  ],
  good: [
    { name: 'the four privileges that row security binds', sql: [protectedInvoices, 'select 1;'] },
    {
      name: 'granted with all and revoked',
      sql: [
        protectedInvoices,
        'grant all on all tables in schema app to app_user;',
        'revoke truncate, references, trigger on all tables in schema app from app_user;',
      ],
    },
    {
      name: 'a declared system task that empties it',
      sql: [
        protectedInvoices,
        'create role reset_task login;\ngrant truncate on app.invoices to reset_task;',
      ],
      tenancy: {
        systemTasks: [{ name: 'reset', role: 'reset_task', reason: 'empties the demo every night' }],
      },
    },
    {
      name: 'taken out of default privileges before the table is there',
      sql: [
        'alter default privileges in schema app grant all on tables to app_user;',
        'alter default privileges in schema app revoke truncate, references on tables from app_user;',
        protectedInvoices,
      ],
    },
  ],
  reads: ['grants', 'owner'],
  *find(model, tenancy, isolation) {
    for (const { relation, role, grant } of unboundGrants(
      examinedRelations(model),
      tenancy,
      isolation,
      'truncate',
    )) {
      yield {
        subject: `${relation.id}/${displayName(role)}`,
        relation: relation.id,
        table: relation,
        role,
        message: `${role === 'public' ? 'everybody' : role} may TRUNCATE ${relation.id}, which asks no policy: the rows of all tenants go`,
        help: 'Revoke TRUNCATE; DELETE removes the rows that policies admit.',
        source: grant.source ?? relation.source,
      }
    }
  },
  fix: ({ table, role }) =>
    `revoke truncate on ${writeName(table)} from ${role === 'public' ? role : printName(role)};`,
})
