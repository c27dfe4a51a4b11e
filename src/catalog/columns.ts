import type { Column, Expression } from '../model/schema-model.ts'
import { isNullConstant } from '../sql/null-constant.ts'
import { sql } from '../sql/template.ts'
import { isOfSession, printedExpression } from './conditions.ts'
import type { PrintedSql } from './printed-sql.ts'
import { grouped, type Reading } from './reading.ts'

interface ColumnRow {
  readonly relation: number
  readonly number: number
  readonly name: string
  readonly type: string
  readonly notNull: boolean
  readonly default: string | null
  readonly generated: string
  readonly identity: string
  readonly local: boolean
  readonly acl: string | null
}

const columns = (reading: Reading) => sql`
  select a.attrelid as relation, a.attnum as number, a.attname as name,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
    a.attnotnull as "notNull", ${printedExpression('d.adbin', 'd.adrelid')} as default,
    a.attgenerated as generated, a.attidentity as identity, a.attislocal as local,
    a.attacl::pg_catalog.text as acl
  from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where ${reading.covers('a.attrelid')} and a.attnum > 0 and not a.attisdropped
    and c.relkind in ('r', 'p', 'v', 'm', 'f') and ${isOfSession('c')}
  order by a.attrelid, a.attnum`

const identities: Readonly<Record<string, Column['identity']>> = { a: 'always', d: 'by-default' }
const generations: Readonly<Record<string, Column['generated']>> = { s: 'stored', v: 'virtual' }

/** The columns of all relations, and what the numbers that constraints and indexes name them by stand for. */
export class Columns {
  readonly #rows: ReadonlyMap<number, readonly ColumnRow[]>
  readonly #reading: Reading

  constructor(reading: Reading, rows: ReadonlyMap<number, readonly ColumnRow[]>) {
    this.#reading = reading
    this.#rows = rows
  }

  of(relation: number): Column[] {
    const { printed } = this.#reading
    return this.rows(relation).map((row) => ({
      name: row.name,
      type: printed.type(row.type),
      notNull: row.notNull,
      default: defaultOf(printed, row.default),
      generated: generations[row.generated] ?? null,
      identity: identities[row.identity] ?? null,
      inherited: !row.local,
      source: null,
    }))
  }

  rows(relation: number): readonly ColumnRow[] {
    return this.#rows.get(relation) ?? []
  }

  /** The names of numbered columns. A number of none, as of a column that every table has, is left out. */
  names(relation: number, numbers: readonly number[]): string[] {
    return numbers.flatMap((number) => this.name(relation, number) ?? [])
  }

  /** Undefined for 0, which stands for an expression. */
  name(relation: number, number: number): string | undefined {
    return systemColumns[number] ?? this.rows(relation).find((row) => row.number === number)?.name
  }
}

const systemColumns: Readonly<Record<number, string>> = {
  [-1]: 'ctid',
  [-2]: 'xmin',
  [-3]: 'cmin',
  [-4]: 'xmax',
  [-5]: 'cmax',
  [-6]: 'tableoid',
}

/** The server keeps a NULL that stands as default of a type with a length or a domain. */
function defaultOf(printed: PrintedSql, text: string | null): Expression | null {
  const expression = printed.expression(text)
  return expression === null || isNullConstant(expression) ? null : expression
}

export async function readColumns(reading: Reading): Promise<Columns> {
  const rows = await reading.rows<ColumnRow>(columns(reading), ['relation'])
  return new Columns(
    reading,
    grouped(
      rows,
      (row) => row.relation,
      (row) => row,
    ),
  )
}
