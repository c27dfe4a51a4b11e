import { InputError } from '../findings/input-error.ts'
import type { Relation, SchemaModel } from '../model/schema-model.ts'
import { printName } from '../sql/expression.ts'
import { displayId } from '../sql/identifiers.ts'
import type { Blueprint, RelationName } from '../templates/blueprint.ts'
import { completeDeclaration } from '../templates/complete-declaration.ts'
import { createGlobalTable } from '../templates/tables/global-table.ts'
import type { Access, IdType, Parent, Reversible } from '../templates/tables/options.ts'
import { createChildTable, createTenantTable } from '../templates/tables/tenant-table.ts'
import { createTenancy, dropTenancy } from '../templates/tenancy/tenancy.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'
import { columnCall, definitionOf, keyTo, listed, type NewColumn, quoted } from './new-table-columns.ts'

/** A table that is to be made. */
export interface NewTable {
  readonly table: RelationName
  readonly columns: readonly NewColumn[]
  /** Which members may run a command, where not all may. */
  readonly roles: NonNullable<Access['roles']>
  /** The table that its rows belong to; null where they belong to the tenant alone. The column has a usual name where it is null. */
  readonly parent: { readonly table: RelationName; readonly column: string | null } | null
  /** Why all tenants share it; null where they don't. */
  readonly reason: string | null
}

/** A migration in both of its forms. */
export interface WrittenMigration {
  readonly name: string
  readonly up: string
  readonly down: string
  readonly program: string
  /** What the tenancy has to declare for the migration to be judged as it is meant. */
  readonly declares: TenancyDeclaration
}

/** What tables of tenants rest on. */
export function tenancyMigration(blueprint: Blueprint, declared: TenancyDeclaration): WrittenMigration {
  return {
    name: 'create_tenancy',
    up: script(createTenancy(blueprint)),
    down: script(dropTenancy(blueprint)),
    program: programOf(
      '../tenancy.ts',
      ['await tenancy.createTenancy(db)'],
      ['await tenancy.dropTenancy(db)'],
    ),
    declares: { ...completeDeclaration(declared, blueprint), appRoles: [blueprint.appRole] },
  }
}

/** A table from the templates. `tenancyModule`: where programs import the tenancy from; null where none does. */
export function tableMigration(
  blueprint: Blueprint,
  { model, declared }: { readonly model: SchemaModel; readonly declared: TenancyDeclaration },
  asked: NewTable,
  tenancyModule: string | null,
): WrittenMigration {
  const { table, columns, roles, reason } = asked
  const id = displayId(table.namespace, table.name)
  if (model.relations.has(id)) throw new InputError(`${id} is there already`)
  if (table.namespace !== 'public' && !model.namespaces.has(table.namespace)) {
    throw new InputError(`the migrations do not create the schema ${printName(table.namespace)}`, {
      hint: `Create it first: create schema ${printName(table.namespace)};`,
    })
  }
  requireTenancy(blueprint, model, asked)
  const parent = parentOf(blueprint, model, asked)
  const built =
    reason === null ? [blueprint.tenantKey, 'id', ...(parent === null ? [] : [parent.column])] : []
  const twice = columns.find(({ name }) => built.includes(name))
  if (twice !== undefined) throw new InputError(`the table has the column ${printName(twice.name)} anyway`)
  const own = {
    table,
    columns: columns.map((column) => ({ name: column.name, definition: definitionOf(column) })),
  }
  const { up, down }: Reversible =
    reason !== null
      ? createGlobalTable(blueprint, { ...own, reason })
      : parent !== null
        ? createChildTable(blueprint, { ...own, roles, parent })
        : createTenantTable(blueprint, { ...own, roles })
  return {
    name: `create_${table.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`,
    up: script(up),
    down: script(down),
    program: tableProgram(asked, parent, tenancyModule ?? '../tenancy.ts'),
    declares:
      reason === null ? {} : { globalTables: [...(declared.globalTables ?? []), { relation: id, reason }] },
  }
}

/** The policies call functions of the context, which have to be there. */
function requireTenancy(
  { contextNamespace, tenants }: Blueprint,
  model: SchemaModel,
  { roles, reason }: NewTable,
): void {
  if (reason !== null) return
  const current = [...model.routines.values()].filter(
    ({ namespace, name }) => namespace === contextNamespace && name === 'current_tenant_id',
  )
  const isThere = current.some((routine) => routine.arguments.length === routine.argumentDefaults.length)
  const hasRoles = current.some((routine) => routine.arguments.join() === 'text[]')
  const hasTenants = model.relations.has(displayId(tenants.namespace, tenants.name))
  if (isThere && hasTenants && (hasRoles || Object.keys(roles).length === 0)) return
  const missing = !hasTenants
    ? displayId(tenants.namespace, tenants.name)
    : `${contextNamespace}.current_tenant_id(${isThere ? 'text[]' : ''})`
  throw new InputError(`the table would rest on ${missing}, which the migrations do not create`, {
    hint: 'ringfence new --tenancy prints the migration that creates roles, tenants, memberships and the functions of the context.',
  })
}

function parentOf({ tenantKey }: Blueprint, model: SchemaModel, { parent }: NewTable): Parent | null {
  if (parent === null) return null
  const { namespace, name } = parent.table
  const id = displayId(namespace, name)
  const relation = model.relations.get(id)
  if (relation === undefined) throw new InputError(`the migrations do not create ${id}`)
  if (!isReferable(relation, [tenantKey, 'id'])) {
    throw new InputError(
      `${id} has no unique constraint over ${listed([tenantKey, 'id'])} that its rows can be referred to by`,
      {
        hint: `Add it first: alter table ${id} add unique (${listed([tenantKey, 'id'])});`,
      },
    )
  }
  const type = relation.columns.find((column) => column.name === 'id')?.type
  if (!isIdType(type)) throw new InputError(`the column id of ${id} is neither uuid nor bigint`)
  return { table: parent.table, column: parent.column ?? keyTo(name), type }
}

function isIdType(type: string | undefined): type is IdType {
  return type === 'uuid' || type === 'bigint'
}

function isReferable({ constraints }: Relation, columns: readonly string[]): boolean {
  const wanted = [...columns].sort().join('\0')
  return constraints.some(
    (one) =>
      (one.kind === 'primary-key' || one.kind === 'unique') && [...one.columns].sort().join('\0') === wanted,
  )
}

function script(statements: readonly string[]): string {
  return `${statements.map((statement) => `${statement};`).join('\n\n')}\n`
}

function tableProgram(
  { table, columns, roles, reason }: NewTable,
  parent: Parent | null,
  tenancyModule: string,
): string {
  const name = quoted(table.namespace === 'public' ? table.name : `${table.namespace}.${table.name}`)
  const options = [
    ...(parent === null
      ? []
      : [
          `parent: ${quoted(parent.table.namespace === 'public' ? parent.table.name : `${parent.table.namespace}.${parent.table.name}`)}`,
          `column: ${quoted(parent.column)}`,
        ]),
    ...(Object.keys(roles).length === 0 ? [] : [`roles: ${rolesText(roles)}`]),
  ]
  const call =
    reason !== null ? 'createGlobalTable' : parent !== null ? 'createChildTable' : 'createTenantTable'
  const given = options.length === 0 ? '' : `, { ${options.join(', ')} }`
  const up = [
    'await tenancy',
    `  .${call}(db, ${name}${given})`,
    ...columns.map((column) => `  ${columnCall(column)}`),
    '  .execute()',
  ]
  return programOf(tenancyModule, up, [`await tenancy.dropTenantTable(db, ${name})`])
}

function rolesText(roles: NewTable['roles']): string {
  const entries = Object.entries(roles).map(
    ([command, names]) => `${command}: [${names.map(quoted).join(', ')}]`,
  )
  return `{ ${entries.join(', ')} }`
}

function programOf(tenancyModule: string, up: readonly string[], down: readonly string[]): string {
  const sql = up.some((line) => line.includes('sql`')) ? "import { sql } from 'kysely'\n" : ''
  return `${sql}import type { MigrationDb } from 'ringfence/kysely'
import { tenancy } from ${quoted(tenancyModule)}

export async function up(db: MigrationDb): Promise<void> {
  ${up.join('\n  ')}
}

export async function down(db: MigrationDb): Promise<void> {
  ${down.join('\n  ')}
}
`
}
