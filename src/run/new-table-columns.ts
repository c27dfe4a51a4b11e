import { InputError } from '../findings/input-error.ts'
import { printName, printType } from '../sql/expression.ts'
import { readName } from '../sql/identifiers.ts'
import { as } from '../sql/node.ts'
import { parseStatements } from '../sql/parse.ts'

/** A column of a new table. */
export interface NewColumn {
  readonly name: string
  /** As PostgreSQL prints it: `numeric(10,2)`, `timestamp with time zone`. */
  readonly type: string
  readonly notNull: boolean
}

/** Reads `number:integer`, or `note:text?` for one that may be null. The parser must be loaded. */
export function readColumn(text: string): NewColumn {
  const match = /^\s*("(?:[^"]|"")+"|[^":]+?)\s*:\s*(.*?)\s*(\?)?\s*$/s.exec(text)
  if (match === null) {
    throw new InputError(`--column takes a name and a type, not "${text}"`, {
      hint: "Such as --column 'number:integer', or --column 'note:text?' for one that may be null",
    })
  }
  const [, name = '', type = '', mayBeNull] = match
  return { name: columnName(name), type: typeNamed(type, text), notNull: mayBeNull === undefined }
}

/** As SQL reads it; capital letters outside of quotes are refused, for they may mean either name. */
export function columnName(written: string): string {
  const [name, ...others] = readName(written) ?? []
  if (name === undefined || others.length > 0) throw new InputError(`"${written}" is no name of a column`)
  if (written.startsWith('"') || name === written.trim()) return name
  throw new InputError(`the name "${written}" has capital letters outside of quotes`, {
    hint: `Write ${name}, or "${written.trim()}" in quotes where they belong to the name.`,
  })
}

/** One type and nothing else: what stands in its place in CREATE TABLE is parsed, and the type alone is written out again. */
function typeNamed(type: string, column: string): string {
  const [statement, ...more] = parseStatements(`create table t (c ${type}\n)`)
  const create =
    statement === undefined || 'error' in statement ? undefined : as(statement.node, 'CreateStmt')
  const [element, ...elements] = create?.tableElts ?? []
  const definition = as(element, 'ColumnDef')
  const written = definition?.typeName
  const has = Object.entries({ ...create, ...definition }).filter(([, value]) => value !== undefined)
  const isPlain = has.every(([key]) => partsOfOneColumn.has(key))
  if (more.length > 0 || elements.length > 0 || written === undefined || !isPlain)
    throw new InputError(`"${type}" in --column "${column}" is no type of a column`)
  return printType(written)
}

const partsOfOneColumn: ReadonlySet<string> = new Set([
  'relation',
  'tableElts',
  'oncommit',
  'colname',
  'typeName',
  'is_local',
  'location',
])

/** As `create table` has it. */
export function definitionOf({ type, notNull }: NewColumn): string {
  return notNull ? `${type} not null` : type
}

/** The types that Kysely knows by name. */
const kyselyTypes: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'bigint',
      'boolean',
      'bytea',
      'date',
      'integer',
      'json',
      'jsonb',
      'numeric',
      'real',
      'smallint',
      'text',
      'uuid',
    ].map((type) => [type, type]),
  ),
  'double precision': 'double precision',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
}

/** A call on Kysely's builder: `.addColumn('number', 'integer', (c) => c.notNull())`. */
export function columnCall({ name, type, notNull }: NewColumn): string {
  const known = Object.hasOwn(kyselyTypes, type) ? kyselyTypes[type] : undefined
  const written = known === undefined ? `sql\`${templateText(type)}\`` : quoted(known)
  return `.addColumn(${quoted(name)}, ${written}${notNull ? ', (c) => c.notNull()' : ''})`
}

/** A string of a program. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

function templateText(text: string): string {
  return text.replaceAll(/[\\`]|\$\{/g, (sign) => `\\${sign}`)
}

/** `order_id` of a table `orders`. */
export function keyTo(table: string): string {
  const stem = /(?:ss|x|ch|sh)es$/.test(table)
    ? table.slice(0, -2)
    : /[^aeiou]ies$/.test(table)
      ? `${table.slice(0, -3)}y`
      : /[^s]s$/.test(table)
        ? table.slice(0, -1)
        : table
  return `${stem}_id`
}

/** The names of several columns, for a message. */
export function listed(columns: readonly string[]): string {
  return columns.map(printName).join(', ')
}
