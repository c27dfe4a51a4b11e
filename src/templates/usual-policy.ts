import type { Expression, Policy, Relation, RoleName, SchemaModel } from '../model/schema-model.ts'
import { categoryOf, foreignKeys, tenantKeyOf } from '../policy/category.ts'
import type { Isolation } from '../policy/isolation.ts'
import { appRolesOf } from '../policy/roles.ts'
import { isSameName, stemOf } from '../policy/tenant-key-names.ts'
import { printExpression, printName } from '../sql/expression.ts'
import { as, strings, walk } from '../sql/node.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { literal } from './names.ts'
import { writeName } from './row-security.ts'

/** Who may see which rows. */
interface Rule {
  readonly condition: string
  readonly roles: readonly RoleName[]
}

/**
 * The policy that a table without one most likely wants: the condition that most tables of tenants have, else the context as the tenancy
 * declares it; for a child, that its parent can be seen. Null where none of these is there.
 *
 *     create policy tenant_isolation on public.invoices to app_user
 *       using (tenant_id = (select app.current_tenant_id()))
 *       with check (tenant_id = (select app.current_tenant_id()));
 */
export function usualPolicy(
  model: SchemaModel,
  tenancy: Tenancy,
  isolation: Isolation,
  { id }: Pick<Relation, 'id'>,
): string | null {
  const relation = model.relations.get(id)
  if (relation === undefined) return null
  const category = categoryOf(model, tenancy, relation)
  const rule =
    category === 'tenant'
      ? tenantRule(model, tenancy, isolation, relation)
      : category === 'child'
        ? childRule(model, tenancy, isolation, relation)
        : null
  if (rule === null) return null
  const roles = rule.roles.map((role) => (role === 'public' ? role : printName(role))).join(', ')
  const head = `create policy ${printName(freeName(relation))} on ${writeName(relation)} to ${roles}`
  return `${head}\n  using (${rule.condition})\n  with check (${rule.condition});`
}

function tenantRule(
  model: SchemaModel,
  tenancy: Tenancy,
  isolation: Isolation,
  relation: Relation,
): Rule | null {
  const key = tenantKeyOf(model, tenancy, relation)
  const column = relation.columns.find(({ name }) => name === key)
  if (column === undefined) return null
  const rules = new Map<string, { readonly rule: Rule; count: number }>()
  for (const other of model.relations.values()) {
    const hasKey = other.columns.some(({ name, type }) => name === column.name && type === column.type)
    if (!hasKey || !other.rowSecurityEnabled || categoryOf(model, tenancy, other) !== 'tenant') continue
    const open = new Set(isolation.openings(other).map(({ policy }) => policy))
    for (const policy of other.policies) {
      const rule = open.has(policy) ? null : ruleOf(policy, other, column.name, isolation)
      if (rule === null) continue
      const known = rules.get(JSON.stringify(rule))
      if (known === undefined) rules.set(JSON.stringify(rule), { rule, count: 1 })
      else known.count++
    }
  }
  const [most] = [...rules.values()].sort((a, b) => b.count - a.count)
  return most?.rule ?? declaredRule(model, tenancy, relation, column)
}

/** What a policy of another table says, where it names none of its columns but the key. */
function ruleOf(policy: Policy, relation: Relation, key: string, isolation: Isolation): Rule | null {
  const { permissive, using } = policy
  if (!permissive || using === null || isolation.tenantRoles(policy).length === 0) return null
  if (!names(using, relation).every((name) => name === key)) return null
  return { condition: printExpression(using), roles: policy.roles }
}

/** The columns of the relation that an expression may mean; '' where it names the relation itself. */
function names(expression: Expression, relation: Relation): string[] {
  const columns = new Set(relation.columns.map(({ name }) => name))
  const found: string[] = []
  walk(expression, (kind, value) => {
    if (kind !== 'ColumnRef') return undefined
    const parts = strings(as({ ColumnRef: value }, 'ColumnRef')?.fields)
    const name = parts.at(-1) ?? ''
    if (parts.length > 1) found.push(...(parts.at(-2) === relation.name ? [''] : []))
    else if (columns.has(name)) found.push(name)
    return undefined
  })
  return found
}

/** By a function of the context that gives the tenant, else by the setting. */
function declaredRule(
  model: SchemaModel,
  tenancy: Tenancy,
  relation: Relation,
  { name, type }: { readonly name: string; readonly type: string },
): Rule | null {
  const { functions, tenantSetting } = tenancy.context
  const stem = stemOf(name)
  const routine = [...model.routines.values()].find(
    (one) =>
      functions.includes(`${one.namespace}.${one.name}`) &&
      one.returns === type &&
      one.arguments.length === one.argumentDefaults.length &&
      one.name.toLowerCase().includes(stem),
  )
  const value =
    routine !== undefined
      ? `${writeName(routine)}()`
      : tenantSetting !== null
        ? `nullif(current_setting(${literal(tenantSetting)}, true), '')::${type}`
        : null
  if (value === null) return null
  return { condition: `${printName(name)} = (select ${value})`, roles: rolesFor(model, tenancy, relation) }
}

/** The parent's own policies filter what the subquery sees. */
function childRule(
  model: SchemaModel,
  tenancy: Tenancy,
  isolation: Isolation,
  relation: Relation,
): Rule | null {
  for (const { columns, references } of foreignKeys(relation)) {
    const parent = references === null ? undefined : model.relations.get(references.relation)
    const isBound = columns.every((key) =>
      relation.columns.some(({ name, notNull }) => name === key && notNull),
    )
    if (references === null || parent === undefined || !isBound || parent.id === relation.id) continue
    if (categoryOf(model, tenancy, parent) !== 'tenant') continue
    const readers = parent.grants
      .filter(({ privilege }) => privilege === 'select')
      .map(({ grantee }) => grantee)
    const roles = rolesFor(model, tenancy, relation).filter((role) => isolation.actsForTenants(role))
    if (roles.length === 0 || !roles.every((role) => readers.includes(role))) continue
    const alias = isSameName(relation.name, 'parent') ? 'its_parent' : 'parent'
    const pairs = columns.map(
      (column, at) =>
        `${alias}.${printName(references.columns[at] ?? column)} = ${printName(relation.name)}.${printName(column)}`,
    )
    const condition = `exists (select 1 from ${writeName(parent)} as ${alias} where ${pairs.join(' and ')})`
    return { condition, roles }
  }
  return null
}

/** Those that the application runs under, as far as they are known; else those that may do anything with the table. */
function rolesFor(model: SchemaModel, tenancy: Tenancy, relation: Relation): readonly RoleName[] {
  const declared = appRolesOf(model, tenancy)
  const granted = relation.grants.map(({ grantee }) => grantee)
  const some = declared.length > 0 ? declared : [...new Set(granted)]
  return some.length === 0 || some.includes('public') ? ['public'] : some
}

function freeName({ policies }: Relation): string {
  let name = 'tenant_isolation'
  for (let at = 2; policies.some((policy) => policy.name === name); at++) name = `tenant_isolation_${at}`
  return name
}
