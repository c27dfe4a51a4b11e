import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import { readName } from '../sql/identifiers.ts'
import type { RelationName } from '../templates/blueprint.ts'
import { rowCommands } from '../templates/tables/options.ts'
import { readObjectName } from '../tenancy/object-name.ts'
import { columnName, readColumn } from './new-table-columns.ts'
import type { NewTable } from './new-table-migration.ts'

/** What the command line says of a new table. */
export interface SaidOfTable {
  readonly tenancy: boolean
  readonly column: readonly string[]
  readonly parent?: string
  readonly roles: readonly string[]
  readonly global: boolean
  readonly reason?: string
}

/** Null for what all tables of tenants rest on. The parser must be loaded. */
export function readNewTable(table: string | undefined, said: SaidOfTable): NewTable | null {
  const { tenancy, column, parent, roles, global, reason } = said
  if (tenancy) {
    const isMore = table !== undefined || column.length + roles.length > 0 || parent !== undefined || global
    if (isMore) throw new InputError('--tenancy prints what all tables rest on, and takes no table')
    return null
  }
  if (table === undefined) {
    throw new InputError('no table is named', {
      hint: "Such as: ringfence new invoices --column 'number:integer'",
    })
  }
  if (global && (parent !== undefined || roles.length > 0))
    throw new InputError('a table that all tenants share has no parent, and members do not write it')
  if (global && (reason === undefined || reason.trim() === ''))
    throw new InputError('--global takes the reason why all tenants share the table', {
      hint: "Such as --reason 'ISO 4217'",
    })
  if (!global && reason !== undefined) throw new InputError('--reason is that of --global')
  return {
    table: relationNamed(table),
    columns: distinct(column.map(readColumn)),
    roles: Object.fromEntries(roles.map(readRoles)),
    parent: parent === undefined ? null : parentNamed(parent),
    reason: reason ?? null,
  }
}

function distinct<Column extends { readonly name: string }>(columns: readonly Column[]): readonly Column[] {
  const twice = columns.find(({ name }, at) => columns.findIndex((other) => other.name === name) !== at)
  if (twice !== undefined) throw new InputError(`two columns are named ${twice.name}`)
  return columns
}

/** `invoices` is `public.invoices`. */
function relationNamed(text: string): RelationName {
  const parts = readName(text)
  const read = readObjectName(parts?.length === 1 ? `public.${text}` : text)
  if ('problem' in read) throw new InputError(read.problem)
  const [namespace = '', name = ''] = readName(read.id) ?? []
  return { namespace, name }
}

/** `orders`, or `orders:order_id` where the column has another name than the usual one. */
function parentNamed(text: string): NonNullable<NewTable['parent']> {
  const match = /^((?:"(?:[^"]|"")+"|[^":])+)(?::(.+))?$/s.exec(text)
  if (match === null) throw new InputError(`--parent takes a table, not "${text}"`)
  return {
    table: relationNamed(match[1] ?? ''),
    column: match[2] === undefined ? null : columnName(match[2]),
  }
}

/** `delete=owner,admin`; nobody after the sign: nobody of the application may. */
function readRoles(text: string): readonly [string, readonly string[]] {
  const at = text.indexOf('=')
  const command = at < 0 ? text : text.slice(0, at)
  const known = rowCommands.find((one) => one === command)
  if (at < 0 || known === undefined) {
    throw new InputError(
      `--roles takes a command and roles of members, not "${text}"; ${suggestion(command, rowCommands)}`,
      {
        hint: 'Such as --roles delete=owner,admin',
      },
    )
  }
  return [
    known,
    text
      .slice(at + 1)
      .split(',')
      .map((role) => role.trim())
      .filter((role) => role !== ''),
  ]
}
