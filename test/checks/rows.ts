import { otherTenant } from '../../src/checks/examples/tenants.ts'
import type { Column, Relation, RelationId, SchemaModel } from '../../src/model/schema-model.ts'
import { usersTables } from '../../src/policy/category.ts'
import type { Connection } from '../../src/sql/connection.ts'
import { printName } from '../../src/sql/expression.ts'
import { writeName } from '../../src/templates/row-security.ts'
import type { Tenancy } from '../../src/tenancy/tenancy.ts'

/** A tenant with one user. Two of them differ in nothing but their ids and what must be unique. */
export interface Party {
  readonly digit: 1 | 2
  readonly tenant: string
  readonly user: string
}

export const own: Party = {
  digit: 1,
  tenant: '11111111-1111-1111-1111-111111111111',
  user: '11111111-0000-0000-0000-000000000000',
}
export const other: Party = {
  digit: 2,
  tenant: otherTenant,
  user: '22222222-0000-0000-0000-000000000000',
}

type Row = Readonly<Record<string, unknown>>

/** Rows of both parties in every table that can hold one. */
export class Rows {
  readonly #connection: Connection
  readonly #tables: readonly Relation[]
  readonly #foreign: ReadonlySet<unknown>

  private constructor(connection: Connection, tables: readonly Relation[], foreign: ReadonlySet<unknown>) {
    this.#connection = connection
    this.#tables = tables
    this.#foreign = foreign
  }

  static async insert(connection: Connection, model: SchemaModel, tenancy: Tenancy): Promise<Rows> {
    const tables = referencedFirst(model)
    const written = async (party: Party) => {
      const rows = new Map<RelationId, Row>()
      for (const table of tables) {
        const values = valuesOf({ model, tenancy, table, party, rows })
        rows.set(table.id, await insertRow(connection, table, values))
      }
      return [...rows.values()].flatMap((row) => Object.values(row))
    }
    const owned = new Set(await written(own))
    const foreign = (await written(other)).filter((value) => !owned.has(value))
    return new Rows(connection, tables, new Set(foreign))
  }

  /** Whether a row has a value that is the other party's alone. */
  isForeign(row: Row): boolean {
    return Object.values(row).some((value) => this.#foreign.has(value))
  }

  /** All rows of the other party as they stand, so that a change of them can be told. */
  async foreign(): Promise<string> {
    const parts = this.#tables.map((table) => `select to_jsonb(t) as row from only ${writeName(table)} t`)
    const rows = await this.#connection.query<{ row: Row }>(parts.join(' union all '))
    const foreign = rows.filter(({ row }) => this.isForeign(row))
    return foreign
      .map(({ row }) => JSON.stringify(row))
      .sort()
      .join('\n')
  }
}

async function insertRow(
  connection: Connection,
  table: Relation,
  values: ReadonlyMap<string, string>,
): Promise<Row> {
  const names = [...values.keys()].map(printName).join(', ')
  const places = [...values.keys()].map((_, at) => `$${at + 1}`).join(', ')
  const name = writeName(table)
  const [inserted] = await connection.query<{ row: Row }>(
    `insert into ${name} as t (${names}) values (${places}) returning to_jsonb(t) as row`,
    [...values.values()],
  )
  if (inserted === undefined)
    throw new Error(`${name} took no row: write rows of both tenants in the example`)
  return inserted.row
}

/** The tables that hold rows themselves, each behind those that its foreign keys refer to. */
function referencedFirst(model: SchemaModel): Relation[] {
  const ordered = new Set<Relation>()
  const visit = (table: Relation, below: ReadonlySet<Relation>) => {
    if (ordered.has(table) || below.has(table)) return
    for (const { references } of table.constraints) {
      const target = references === null ? undefined : model.relations.get(references.relation)
      if (target !== undefined) visit(target, new Set([...below, table]))
    }
    if (table.kind === 'table' && table.persistence !== 'temporary') ordered.add(table)
  }
  for (const id of [...model.relations.keys()].sort()) {
    const relation = model.relations.get(id)
    if (relation !== undefined) visit(relation, new Set())
  }
  return [...ordered]
}

/** A row to be: of whom, where, and what it can refer to. */
interface Place {
  readonly model: SchemaModel
  readonly tenancy: Tenancy
  readonly table: Relation
  readonly party: Party
  /** The party's rows in the tables before. */
  readonly rows: ReadonlyMap<RelationId, Row>
}

function valuesOf(place: Place): Map<string, string> {
  const values = new Map<string, string>()
  for (const column of place.table.columns) {
    if (column.generated !== null || column.identity !== null) continue
    const said = saidValue(place, column)
    if (said !== undefined) values.set(column.name, said)
    else if (column.default === null) values.set(column.name, usualValue(place, column))
  }
  return values
}

/** What foreign keys and the tenancy say. */
function saidValue({ model, tenancy, table, party, rows }: Place, { name }: Column): string | undefined {
  const { tenants, memberships, tenantKey, tenantKeys } = tenancy
  const isKey = table.constraints.some(
    ({ kind, columns }) => kind === 'primary-key' && columns.length === 1 && columns[0] === name,
  )
  if (isKey && table.id === tenants) return party.tenant
  if (isKey && usersTables(model, tenancy).includes(table.id)) return party.user
  for (const { columns, references } of table.constraints) {
    const row = references === null ? undefined : rows.get(references.relation)
    const value = row?.[references?.columns[columns.indexOf(name)] ?? '']
    if (value !== undefined && value !== null) return String(value)
  }
  if (name === (tenantKeys[table.id] ?? tenantKey)) return party.tenant
  if (name === memberships?.userKey) return party.user
  if (name === memberships?.role) return 'owner'
  return undefined
}

function usualValue({ table, party: { digit }, rows }: Place, { name, type }: Column): string {
  const isUnique = table.indexes.some(({ unique, keys }) => unique && keys.includes(name))
  const [plain] = type.split('(')
  switch (plain) {
    case 'uuid':
      return `${String(digit).repeat(8)}-0000-4000-8000-${String(rows.size).padStart(12, '0')}`
    case 'text':
    case 'character varying':
      return isUnique ? `value ${digit}` : 'value'
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'numeric':
      return isUnique ? `${digit}` : '1'
    case 'boolean':
      return 'true'
    case 'date':
    case 'timestamp with time zone':
      return '2031-06-01'
    default:
      throw new Error(`no value is known for a ${type} of ${table.id}`)
  }
}
