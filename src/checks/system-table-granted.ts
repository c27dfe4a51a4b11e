import { examinedRelations } from '../model/questions.ts'
import type { Relation, RoleName, SchemaModel } from '../model/schema-model.ts'
import { reachOf } from '../policy/acting-as.ts'
import { isOpenTo } from '../policy/open-privilege.ts'
import { printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'

const tenancy = { systemTables: ['app.jobs'] }

const jobs = sql`
  create table app.jobs (id uuid primary key, tenant_id uuid not null references app.tenants (id));
  create index jobs_tenant_id on app.jobs (tenant_id);`

const commands = ['select', 'insert', 'update', 'delete'] as const

/** The privileges on the table that row security leaves to the role, of those that were granted to it. */
function openPrivileges(relation: Relation, role: RoleName): string[] {
  const granted = relation.grants.filter(({ grantee }) => grantee === role).map(({ privilege }) => privilege)
  const open: string[] = commands.filter(
    (command) => granted.includes(command) && isOpenTo(relation, role, command),
  )
  return granted.includes('truncate') ? [...open, 'truncate'] : open
}

/** Everybody, the roles of the application, and what these are members of, with the role that it stands for. */
function actingRoles(model: SchemaModel, appRoles: readonly RoleName[]): Map<RoleName, RoleName> {
  const acting = new Map<RoleName, RoleName>([['public', 'public']])
  for (const role of appRoles) acting.set(role, role)
  for (const role of appRoles) {
    for (const reach of reachOf(model, role)) if (!acting.has(reach.role)) acting.set(reach.role, role)
  }
  return acting
}

export default defineCheck({
  id: 'system-table-granted',
  severity: 'error',
  title: 'Table that no tenant is meant to see is granted to the application',
  rationale: `
    What is declared in tenancy.systemTables is not examined any further, because no tenant ever sees it. A privilege that the application has in effect (its
    own, one of PUBLIC, or one of a role that it is a member of) opens the rows of all tenants in it.`,
  accept: 'Never: revoke the privilege, or protect the table and take it out of tenancy.systemTables.',
  bad: [
    {
      name: 'granted to the role of the application',
      sql: [jobs, 'grant select, insert on app.jobs to app_user;'],
      tenancy,
      finds: ['app.jobs/app_user'],
      leaks: 'select * from app.jobs',
    },
    {
      name: 'granted to everybody',
      sql: [jobs, 'grant select on app.jobs to public;'],
      tenancy,
      finds: ['app.jobs/public'],
      leaks: 'select * from app.jobs',
    },
    {
      name: 'granted to a role that the application is a member of',
      sql: [
        jobs,
        'create role workers nologin;',
        'grant all on app.jobs to workers;\ngrant workers to app_user;',
      ],
      tenancy,
      finds: ['app.jobs/workers'],
      leaks: 'select * from app.jobs',
    },
    {
      name: 'TRUNCATE, which row security does not bind',
      sql: [
        jobs,
        sql`
          alter table app.jobs enable row level security, force row level security;
          grant select, truncate on app.jobs to app_user;`,
      ],
      tenancy,
      finds: ['app.jobs/app_user'],
      leaks: 'truncate app.jobs',
    },
  ],
  good: [
    { name: 'granted to nobody', sql: jobs, tenancy },
    {
      name: 'granted to a role that works it off',
      sql: [jobs, 'create role worker login;\ngrant all on app.jobs to worker;'],
      tenancy,
    },
    {
      name: 'granted and behind row security without a policy',
      sql: [
        jobs,
        sql`
          alter table app.jobs enable row level security, force row level security;
          grant select, insert on app.jobs to app_user;`,
      ],
      tenancy,
    },
    {
      name: 'granted to all and revoked',
      sql: [
        jobs,
        'grant all on all tables in schema app to app_user;',
        'revoke all on app.jobs from app_user;',
      ],
      tenancy,
    },
  ],
  reads: ['grants'],
  *find(model, { systemTables, appRoles }) {
    if (systemTables.length === 0) return
    const acting = actingRoles(model, appRoles)
    for (const relation of examinedRelations(model)) {
      if (!systemTables.includes(relation.id)) continue
      for (const grantee of new Set(relation.grants.map((grant) => grant.grantee))) {
        const role = acting.get(grantee)
        const open = role === undefined ? [] : openPrivileges(relation, grantee)
        if (open.length === 0) continue
        const privileges = open.join(', ')
        const who = grantee === 'public' ? 'everybody' : grantee
        const by = role === grantee ? '' : `, whose rights ${role} has,`
        yield {
          subject: `${relation.id}/${displayName(grantee)}`,
          relation: relation.id,
          fix: `revoke ${privileges} on ${writeName(relation)} from ${grantee === 'public' ? 'public' : printName(grantee)};`,
          message: `${relation.id} is declared as a table that no tenant sees, and ${who}${by} may ${privileges}: the rows of all tenants are open`,
          help: `Revoke ${privileges}, or protect the table and take it out of tenancy.systemTables.`,
          source: relation.grants.find((grant) => grant.grantee === grantee)?.source ?? relation.source,
        }
      }
    }
  },
  fix: ({ fix }) => fix,
})
