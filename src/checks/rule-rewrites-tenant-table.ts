import { examinedRelations } from '../model/questions.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'
import { exempt, exemptTasks } from './examples/views.ts'

const tenancy = { systemTasks: exemptTasks }

/** A protected table of a role that row security doesn't bind, beside the invoices. */
const notes = sql`
  create table app.notes (id uuid primary key, tenant_id uuid not null references app.tenants (id));
  create index on app.notes (tenant_id);
  alter table app.notes enable row level security, force row level security;
  create policy tenant_isolation on app.notes to app_user
    using (tenant_id = (select app.current_tenant_id()))
    with check (tenant_id = (select app.current_tenant_id()));
  grant select, delete on app.notes to app_user;
  alter table app.notes owner to exporter;
  grant delete on app.invoices to exporter;`

const purges =
  'create rule purges as on delete to app.notes do also delete from app.invoices where total >= 0;'

export default defineCheck({
  id: 'rule-rewrites-tenant-table',
  severity: 'error',
  title: 'Rule does more with the rights of the owner of the table',
  rationale: `
    CREATE RULE puts other statements beside or in the place of the one that was sent. They run with the rights of the owner of the table, whose policies hold for them and
    not those of whoever sent the statement, and often no policy at all. Nobody who reads the statement sees them.`,
  accept: 'Every statement of the rule names the tenant of the row, and nothing is returned from it.',
  bad: [
    {
      name: 'a rule that deletes from another table',
      sql: [`${protectedInvoices}\n${exempt}`, `${notes}\n${purges}`],
      tenancy,
      finds: ['app.notes/purges'],
      leaks: 'delete from app.notes',
    },
    {
      name: 'switched off and on again',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        `${notes}\n${purges}`,
        'alter table app.notes disable rule purges;',
        'alter table app.notes enable rule purges;',
      ],
      tenancy,
      finds: ['app.notes/purges'],
      leaks: 'delete from app.notes',
    },
  ],
  good: [
    {
      name: 'a rule that does nothing in the place of the statement',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        `${notes}\ncreate rule kept as on delete to app.notes do instead nothing;`,
      ],
      tenancy,
    },
    {
      name: 'dropped again',
      sql: [`${protectedInvoices}\n${exempt}`, `${notes}\n${purges}`, 'drop rule purges on app.notes;'],
      tenancy,
    },
    {
      name: 'on a table that all tenants share',
      sql: sql`
        create table app.currencies (code text primary key);
        create table app.currency_log (code text primary key);
        create rule logged as on update to app.currencies do also insert into app.currency_log values (new.code);`,
      tenancy: {
        globalTables: [
          { relation: 'app.currencies', reason: 'ISO 4217' },
          { relation: 'app.currency_log', reason: 'what was added to it' },
        ],
      },
    },
  ],
  reads: ['rules'],
  *find(model, _tenancy, isolation) {
    for (const relation of examinedRelations(model)) {
      const rules = relation.rules.filter(({ enabled, actions }) => enabled && actions.length > 0)
      if (rules.length === 0 || !isolation.holdsTenantRows(relation)) continue
      for (const rule of rules) {
        yield {
          subject: `${relation.id}/${displayName(rule.name)}`,
          relation: relation.id,
          message: `${rule.name} runs ${rule.actions.length === 1 ? 'another statement' : 'other statements'} ${rule.instead ? 'in the place of' : 'beside'} each ${rule.event.toUpperCase()} of ${relation.id}, with the rights of its owner: the policies of whoever sends it don't hold there`,
          help: 'Drop the rule, and write a trigger whose function runs with the rights of whoever sends the statement.',
          source: rule.source ?? relation.source,
        }
      }
    }
  },
})
