import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { parse as parseOtherwise, type Statement } from 'pgsql-ast-parser'
import { beforeAll, describe, expect, it } from 'vitest'
import { checks } from '../src/checks/index.ts'
import { replay } from '../src/replay/replay.ts'
import { displayId } from '../src/sql/identifiers.ts'
import { kindOf } from '../src/sql/node.ts'
import { loadParser, parseStatements } from '../src/sql/parse.ts'

interface SeenTable {
  readonly id: string
  readonly columns: readonly string[]
}

beforeAll(loadParser)

describe('two parsers over the same CREATE TABLE', () => {
  it('see the same tables and columns in the example migrations', () => {
    const compared = readScripts('migrations-example/migrations').flatMap(compareScript)
    expect(compared.length).toBeGreaterThan(5)
  })

  it('see the same tables and columns in the examples of the checks', () => {
    const examples = checks.flatMap(({ bad, good }) => [...bad, ...good]).flatMap(({ sql }) => sql)
    const compared = examples.flatMap(compareScript)
    expect(compared.length).toBeGreaterThan(checks.length)
  })

  it('see the same tables and columns whatever the names, types, constraints, comments and case', () => {
    fc.assert(
      fc.property(createTable, ({ sql, table }) => {
        expect(seenByReplay(sql), sql).toEqual([table])
        expect(seenOtherwise(sql), sql).toEqual([table])
      }),
      { numRuns: 300 },
    )
  })
})

/** The tables of the script's CREATE TABLE statements that the other parser can read, after both saw the same in each. */
function compareScript(script: string): SeenTable[] {
  return parseStatements(script).flatMap((statement) => {
    if (!('node' in statement) || kindOf(statement.node) !== 'CreateStmt') return []
    const sql = script.slice(statement.start, statement.end)
    const other = seenOtherwise(sql)
    if (other === null) return []
    expect(seenByReplay(sql), sql).toEqual(other)
    return other
  })
}

function seenByReplay(sql: string): SeenTable[] {
  const part = { kind: 'sql', start: 0, end: sql.length } as const
  const { model } = replay([{ file: 'table.sql', text: sql, parts: [part], session: 'new' }])
  return [...model.relations.values()].map(({ id, columns }) => ({
    id,
    columns: columns.map(({ name }) => name),
  }))
}

/** Null where the grammar of the other parser is too small for the statement. */
function seenOtherwise(sql: string): SeenTable[] | null {
  let statements: Statement[]
  try {
    statements = parseOtherwise(sql)
  } catch {
    return null
  }
  const seen = statements.flatMap((statement) => {
    if (statement.type !== 'create table' || statement.inherits !== undefined) return []
    const columns = statement.columns.flatMap((column) =>
      column.kind === 'column' ? [column.name.name] : [],
    )
    if (columns.length < statement.columns.length) return []
    const namespace = statement.temporary ? 'pg_temp' : (statement.name.schema ?? 'public')
    return [{ id: displayId(namespace, statement.name.name), columns }]
  })
  return seen.length === statements.length ? seen : null
}

function readScripts(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
}

/** A name as the catalog has it, and a way to write it. No spaces at the ends: the other parser trims quoted names. */
const name = fc.oneof(
  fc
    .stringMatching(/^[a-z][a-z0-9_]{0,12}$/)
    .map((suffix) => `x_${suffix}`)
    .chain((plain) =>
      fc
        .constantFrom(plain, plain.toUpperCase(), `"${plain}"`)
        .map((written) => ({ catalog: plain, written })),
    ),
  fc
    .stringMatching(/^[A-Za-z]([A-Za-z0-9 _.é-]{0,10}[A-Za-z])?$/)
    .map((catalog) => ({ catalog, written: `"${catalog}"` })),
  fc.constantFrom('order', 'user', 'table').map((catalog) => ({ catalog, written: `"${catalog}"` })),
)

const type = fc.constantFrom(
  ...['uuid', 'text', 'TEXT', 'integer', 'bigint', 'varchar(20)', 'numeric(12, 2)', 'boolean', 'jsonb'],
  ...['timestamp with time zone', 'timestamptz', 'text[]', 'date', 'double precision'],
)

const columnConstraint = fc.constantFrom(
  ...[
    '',
    ' not null',
    ' NULL',
    " default 'a, b);'",
    ' default now()',
    ' unique',
    " check (1 < 2 and ')' <> '(')",
  ],
  ...[' references public.elsewhere (id) on delete cascade', ' not null default (1 + 2)'],
)

const gap = fc.constantFrom(' ', '\n', '\t', ' /* , fake text */ ', ' -- , fake text\n')

const createTable = fc
  .record({
    namespace: fc.option(name),
    table: name,
    columns: fc.uniqueArray(fc.record({ name, type, constraint: columnConstraint }), {
      minLength: 1,
      maxLength: 8,
      selector: (column) => column.name.catalog,
    }),
    primaryKey: fc.boolean(),
    ifNotExists: fc.boolean(),
    gap,
  })
  .map(({ namespace, table, columns, primaryKey, ifNotExists, gap }) => {
    const target = namespace === null ? table.written : `${namespace.written}.${table.written}`
    const elements = columns.map((column) => `${column.name.written}${gap}${column.type}${column.constraint}`)
    if (primaryKey) elements.push(`primary key (${columns[0]?.name.written})`)
    return {
      sql: `create table${ifNotExists ? ' IF NOT EXISTS' : ''}${gap}${target} (${elements.join(`,${gap}`)})`,
      table: {
        id: displayId(namespace?.catalog ?? 'public', table.catalog),
        columns: columns.map((column) => column.name.catalog),
      },
    }
  })
