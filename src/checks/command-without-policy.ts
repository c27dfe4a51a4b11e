import { policiesFor } from '../model/questions.ts'
import type { Relation, RoleName } from '../model/schema-model.ts'
import type { RowCommand } from '../policy/openings.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { guardedInvoices, protectedInvoices } from './examples/invoices.ts'

const commands: readonly RowCommand[] = ['select', 'insert', 'update', 'delete']

/** The commands that are granted to somebody who acts for tenants; all, where nothing is granted at all. */
function grantedCommands({ grants }: Relation, acts: (role: RoleName) => boolean): readonly RowCommand[] {
  const granted = grants.filter(({ grantee }) => acts(grantee)).map(({ privilege }) => privilege)
  return granted.length === 0 ? commands : commands.filter((command) => granted.includes(command))
}

export default defineCheck({
  id: 'command-without-policy',
  severity: 'warning',
  title: 'Command is granted, and no policy admits it',
  rationale: `
    Row security decides command by command. Where no permissive policy speaks on a command, it affects no row or fails: an
    UPDATE that changes nothing, an INSERT that is refused. The mistake tends to be mended in a hurry, by a policy that is too wide.`,
  accept: 'The command is not meant to be possible: revoke the privilege, and the finding goes away.',
  bad: [
    {
      name: 'policies for reading and inserting, and all four granted',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_reads on app.invoices for select to app_user
            using (tenant_id = (select app.current_tenant_id()));
          create policy tenant_adds on app.invoices for insert to app_user
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/update', 'app.invoices/delete'],
    },
    {
      name: 'a restrictive policy alone for a command',
      sql: [
        guardedInvoices,
        sql`
          revoke insert, update on app.invoices from app_user;
          create policy tenant_reads on app.invoices for select to app_user
            using (tenant_id = (select app.current_tenant_id()));
          create policy tenant_deletes on app.invoices as restrictive for delete to app_user
            using (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/delete'],
    },
  ],
  good: [
    { name: 'one policy for all commands', sql: protectedInvoices },
    {
      name: 'an append-only table: what has no policy is not granted',
      sql: sql`
        create table app.audit_log (
          id uuid primary key,
          tenant_id uuid not null references app.tenants (id)
        );
        alter table app.audit_log enable row level security, force row level security;
        create policy tenant_reads on app.audit_log for select to app_user
          using (tenant_id = (select app.current_tenant_id()));
        create policy tenant_adds on app.audit_log for insert to app_user
          with check (tenant_id = (select app.current_tenant_id()));
        grant select, insert on app.audit_log to app_user;`,
    },
  ],
  reads: ['grants'],
  *find(_model, _tenancy, isolation) {
    for (const { relation, category } of isolation.tables) {
      if (!relation.rowSecurityEnabled || relation.partitionOf !== null || relation.inherits.length > 0)
        continue
      if (!relation.policies.some(({ permissive }) => permissive)) continue
      const wanted: readonly RowCommand[] =
        category === 'global'
          ? ['select']
          : grantedCommands(relation, (role) => isolation.actsForTenants(role))
      for (const command of wanted) {
        if (policiesFor(relation, command).some(({ permissive }) => permissive)) continue
        yield {
          subject: `${relation.id}/${command}`,
          relation: relation.id,
          message: `${relation.id} has no policy for ${command.toUpperCase()}: nobody who is bound by row security can ${verbs[command]} a row`,
          help: `Create a policy for ${command.toUpperCase()} that ties the tenant, or revoke the privilege.`,
          source: relation.policies.at(-1)?.source ?? relation.source,
        }
      }
    }
  },
})

const verbs = { select: 'read', insert: 'add', update: 'change', delete: 'delete' } as const
