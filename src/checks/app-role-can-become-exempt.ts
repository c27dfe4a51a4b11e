import type { RoleName, SchemaModel } from '../model/schema-model.ts'
import { loginsOf, type Reach, reachOf } from '../policy/acting-as.ts'
import type { Isolation } from '../policy/isolation.ts'
import { appRolesOf } from '../policy/roles.ts'
import { printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { defineCheck, type Found } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

const readsAsSupport = 'set role support; select * from app.invoices'

const support = sql`
  create role support nologin bypassrls;
  grant usage on schema app to support;
  grant select on app.invoices to support;`

const invoiceOwner = sql`
  create role invoice_owner nologin;
  grant usage on schema app to invoice_owner;
  alter table app.invoices owner to invoice_owner;
  grant select on app.invoices to app_user;`

/** Before PostgreSQL 16 a role with CREATEROLE may grant itself every role that is no superuser. */
const createRoleIsBound = 160_000

/** Why row security does not bind a role by itself; null where it does. */
function exemptionOf(model: SchemaModel, role: RoleName): string | null {
  const known = model.roles.get(role)
  if (known?.superuser) return 'a superuser'
  if (known?.bypassRowSecurity) return 'a role with BYPASSRLS'
  const version = model.server?.version ?? createRoleIsBound
  return known?.createRole && version < createRoleIsBound ? 'a role with CREATEROLE' : null
}

/** What a role that is reached opens; null where that is nothing. */
function exemptionBy(model: SchemaModel, { role, becomes }: Reach, owners: ReadonlySet<RoleName>) {
  if (owners.has(role)) return 'the owner of guarded tables'
  return becomes ? exemptionOf(model, role) : null
}

/** A server alone knows who owns what; migrations name owners now and then. */
function ownersOf(model: SchemaModel, isolation: Isolation): ReadonlySet<RoleName> {
  const owners = new Set<RoleName>()
  if (model.server === null || model.roleMemberships.size === 0) return owners
  for (const relation of model.relations.values()) {
    if (relation.owner !== null && isolation.isGuarded(relation)) owners.add(relation.owner)
  }
  return owners
}

interface Opened extends Found {
  readonly fix: string
}

function* opened(
  model: SchemaModel,
  role: RoleName,
  reach: Reach,
  owners: ReadonlySet<RoleName>,
): Generator<Opened> {
  const exemption = exemptionBy(model, reach, owners)
  if (exemption === null) return
  const [first] = reach.path
  const steps = reach.path.slice(0, -1).map((membership) => membership.role)
  const by = steps.length === 0 ? '' : `, by way of ${steps.join(', ')}`
  yield {
    subject: `${displayName(role)}/${displayName(reach.role)}`,
    relation: null,
    fix: `revoke ${printName(first.role)} from ${printName(role)};`,
    message: `${role} ${reach.becomes ? 'can become' : 'has the rights of'} ${reach.role}${by}, which is ${exemption}: no policy holds then`,
    help: `Revoke ${first.role} from ${role}.`,
    source: first.source,
  }
}

export default defineCheck({
  id: 'app-role-can-become-exempt',
  severity: 'error',
  title: 'Role of the application is, or can become, one that row security does not bind',
  rationale: `
    Row security binds neither superusers nor roles with BYPASSRLS, and the owner of a table may switch it off. A role that is a member of one of these can
    become it by SET ROLE, or has the rights of the owner without it. So a session of the application, or whoever injects a statement into
    one, reads all tenants.`,
  accept: 'Never: give such work to a system task that connects as a role of its own.',
  bad: [
    {
      name: 'a member of a role with BYPASSRLS',
      sql: [protectedInvoices, `${support}\ngrant support to app_user;`],
      finds: ['app_user/support'],
      leaks: readsAsSupport,
    },
    {
      name: 'a member of a member',
      sql: [
        protectedInvoices,
        `${support}\ncreate role staff nologin;\ngrant support to staff;`,
        'grant staff to app_user;',
      ],
      finds: ['app_user/support'],
      leaks: readsAsSupport,
    },
    {
      name: 'a member of the owner, whose rights it inherits',
      sql: [protectedInvoices, `${invoiceOwner}\ngrant invoice_owner to app_user;`],
      sources: ['catalog'],
      finds: ['app_user/invoice_owner'],
      leaks: 'alter table app.invoices disable row level security; select * from app.invoices',
    },
    {
      name: 'may give itself the option that it lacks',
      postgres: { from: 16 },
      sql: [
        protectedInvoices,
        `${support}\ngrant support to app_user with admin true, set false, inherit false;`,
      ],
      finds: ['app_user/support'],
      leaks: `grant support to app_user with set true; ${readsAsSupport}`,
    },
    {
      name: 'a login that acts as the application and as the owner',
      sql: [
        protectedInvoices,
        `${invoiceOwner}\ncreate role web login;\ngrant app_user, invoice_owner to web;`,
      ],
      sources: ['catalog'],
      finds: ['web/invoice_owner'],
      as: 'web',
      leaks: 'alter table app.invoices disable row level security; select * from app.invoices',
    },
    {
      name: 'exempt itself',
      sql: [protectedInvoices, 'alter role app_user bypassrls;'],
      finds: ['app_user'],
      leaks: 'select * from app.invoices',
    },
  ],
  good: [
    {
      name: 'a member of a role that is bound as well',
      sql: [protectedInvoices, 'create role readers nologin;\ngrant readers to app_user;'],
    },
    {
      name: 'the exempt role is the member',
      sql: [protectedInvoices, `${support}\ngrant app_user to support;`],
    },
    {
      name: 'a login that acts as the application alone',
      sql: [protectedInvoices, `${invoiceOwner}\ncreate role web login;\ngrant app_user to web;`],
    },
    {
      name: 'a login of the owner alone',
      sql: [
        protectedInvoices,
        `${invoiceOwner}\ncreate role deploying login;\ngrant invoice_owner to deploying;`,
      ],
    },
    {
      name: 'granted and revoked',
      sql: [protectedInvoices, `${support}\ngrant support to app_user;`, 'revoke support from app_user;'],
    },
    {
      name: 'BYPASSRLS is not inherited',
      postgres: { from: 16 },
      sql: [protectedInvoices, `${support}\ngrant support to app_user with set false, inherit true;`],
    },
  ],
  reads: [],
  *find(model, tenancy, isolation) {
    if (model.focus !== null && !model.focus.cluster) return
    const owners = ownersOf(model, isolation)
    const appRoles = model.server === null ? tenancy.appRoles : appRolesOf(model, tenancy)
    const known = new Set<RoleName>()
    for (const role of appRoles) {
      const exemption = exemptionOf(model, role)
      if (exemption !== null) {
        yield {
          subject: displayName(role),
          relation: null,
          fix: `alter role ${printName(role)} nosuperuser nobypassrls nocreaterole;`,
          message: `${role} is ${exemption}: no policy holds for what the application does`,
          help: 'Take the attribute away, and let what needs it connect as a role of its own.',
          source: model.roles.get(role)?.source ?? null,
        }
      }
      for (const reach of reachOf(model, role)) {
        known.add(reach.role)
        yield* opened(model, role, reach, owners)
      }
    }
    for (const login of loginsOf(model, tenancy)) {
      if (owners.has(login)) continue
      for (const reach of reachOf(model, login)) {
        if (!known.has(reach.role)) yield* opened(model, login, reach, owners)
      }
    }
  },
  fix: ({ fix }) => fix,
})
