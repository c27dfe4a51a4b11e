import type { Role, RoleName, SchemaModel } from '../model/schema-model.ts'
import { reachOf } from '../policy/acting-as.ts'
import { isOfPlatform } from '../policy/category.ts'
import { printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

const reads = 'select * from app.invoices'

const mayRead = (role: string) =>
  `grant usage on schema app to ${role};\ngrant select on app.invoices to ${role};`

/** Who may act as the role: itself where it can log in, or else those who can and that it is granted to. */
function usersOf(model: SchemaModel, { appRoles }: Tenancy, role: Role): RoleName[] {
  if (role.login) return [role.name]
  return [...model.roles.values()]
    .filter(({ name, login }) => login && !appRoles.includes(name))
    .filter(({ name }) => reachOf(model, name).some((reach) => reach.becomes && reach.role === role.name))
    .map(({ name }) => name)
}

export default defineCheck({
  id: 'role-bypasses-row-security',
  severity: 'error',
  title: 'Role that row security does not bind, and that is no system task',
  rationale: `
    Superusers and roles with BYPASSRLS see the rows of all tenants, whatever the policies say. What connects as one of them has nothing between a forgotten WHERE and
    somebody else's data. The few jobs that have to cross tenants are declared, each with its reason, so that everybody can count them.`,
  accept:
    'The role serves backups or the administration of the server, and no code of the product connects as it.',
  bad: [
    {
      name: 'a role for reports',
      sql: [protectedInvoices, `create role reporting login bypassrls;\n${mayRead('reporting')}`],
      finds: ['reporting'],
      as: 'reporting',
      leaks: reads,
    },
    {
      name: 'a superuser for the jobs',
      sql: [protectedInvoices, 'create role jobs login;', `${mayRead('jobs')}\nalter role jobs superuser;`],
      finds: ['jobs'],
      as: 'jobs',
      leaks: reads,
    },
    {
      name: 'a superuser for backups',
      sql: [protectedInvoices, `create role backup login superuser;\n${mayRead('backup')}`],
      tenancy: { backupRole: { role: 'backup', reason: 'the nightly dump' } },
      finds: ['backup'],
      as: 'backup',
      leaks: reads,
    },
    {
      name: 'a role that somebody who can log in may become',
      sql: [
        protectedInvoices,
        sql`
          create role support nologin bypassrls;
          ${mayRead('support')}
          create role ana login;
          grant support to ana;`,
      ],
      finds: ['support'],
      as: 'ana',
      leaks: `set role support; ${reads}`,
    },
  ],
  good: [
    {
      name: 'a declared system task',
      sql: [protectedInvoices, `create role billing_task login bypassrls;\n${mayRead('billing_task')}`],
      tenancy: {
        systemTasks: [{ name: 'billing', role: 'billing_task', reason: 'invoices all tenants once a month' }],
      },
    },
    {
      name: 'the declared role of backups, for a dump under row security fails',
      sql: [protectedInvoices, `create role backup login bypassrls;\n${mayRead('backup')}`],
      tenancy: { backupRole: { role: 'backup', reason: 'the nightly dump, from a host of its own' } },
    },
    {
      name: 'a role that nobody can act as',
      sql: [protectedInvoices, `create role function_owner nologin bypassrls;\n${mayRead('function_owner')}`],
    },
    {
      name: 'the attribute taken back',
      sql: [
        protectedInvoices,
        `create role reporting login bypassrls;\n${mayRead('reporting')}`,
        'alter role reporting nobypassrls;',
      ],
    },
  ],
  reads: [],
  *find(model, tenancy) {
    if (model.focus !== null && !model.focus.cluster) return
    const { appRoles, systemTasks, backupRole } = tenancy
    for (const role of model.roles.values()) {
      if (!role.superuser && !role.bypassRowSecurity) continue
      const isKnown =
        appRoles.includes(role.name) ||
        systemTasks.some((task) => task.role === role.name) ||
        (backupRole?.role === role.name && !role.superuser) ||
        isOfPlatform(tenancy, role.source) ||
        model.server?.bootstrapRole === role.name
      const users = isKnown ? [] : usersOf(model, tenancy, role)
      if (users.length === 0) continue
      const by = role.login ? '' : `, and ${users.join(', ')} may become it`
      yield {
        subject: displayName(role.name),
        relation: null,
        role: role.name,
        message: `${role.name} is ${role.superuser ? 'a superuser' : 'a role with BYPASSRLS'}${by}: no policy holds for what runs as it, and it is no system task`,
        help: 'Take the attribute away, or declare the role in tenancy.systemTasks, or as tenancy.backupRole, with the reason.',
        source: role.source,
      }
    }
  },
  fix: ({ role }) => `alter role ${printName(role)} nosuperuser nobypassrls;`,
})
