import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Difference, type Differences, differencesOf } from '../src/catalog/differences.ts'
import { readCatalog } from '../src/catalog/read-catalog.ts'
import { startEmbedded } from '../src/engine/embedded.ts'
import type { Database, Engine } from '../src/engine/engine.ts'
import { isAffected } from '../src/model/affected.ts'
import type { SchemaModel } from '../src/model/schema-model.ts'
import { readMigrations } from '../src/replay/layouts/read-migrations.ts'
import type { Migration } from '../src/replay/migration.ts'
import { replay } from '../src/replay/replay.ts'
import { applyMigrations } from '../src/run/apply/apply-migrations.ts'
import type { FileStatement } from '../src/run/apply/statements-of.ts'
import { displayId, readName } from '../src/sql/identifiers.ts'
import { loadParser } from '../src/sql/parse.ts'
import { supabasePrelude } from '../src/templates/supabase.ts'
import { type PublicHistory, publicHistories } from './public-histories.ts'
import { withoutRefused } from './without-refused.ts'

const usage = `jiti scripts/agreement-corpus.ts FOLDER [SET...] [--markdown] [--list]

Replays the public histories of scripts/public-histories.ts, each checked out into FOLDER/<set>, applies them to an embedded
PostgreSQL, and holds the two models against each other.
--markdown  prints the table of docs/accuracy.md
--list      prints each difference, what was not compared, and what the server refused
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { markdown: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
})
const [root, ...names] = positionals
const print = (line: string) => process.stdout.write(`${line}\n`)

if (root === undefined) {
  process.stderr.write(usage)
  process.exit(2)
}

/** What came of one set. */
interface Result {
  readonly files: number
  readonly statements: number
  readonly refused: readonly { readonly statement: FileStatement; readonly message: string }[]
  readonly replayed: SchemaModel
  readonly differences: Differences
  /** Those that an unmodelled statement names, or may affect. */
  readonly announced: readonly Difference[]
  readonly silent: readonly Difference[]
}

await loadParser()
const engine = await startEmbedded()
const totals = { sets: 0, exact: 0, silent: 0, statements: 0, unmodelled: 0 }
try {
  if (values.markdown) {
    print(
      '| set | files | statements | refused | relations | facts | not compared | unmodelled | per thousand | verdict |',
    )
    print('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  }
  for (const set of publicHistories) {
    if (names.length > 0 && !names.includes(set.name)) continue
    if (!existsSync(join(root, set.name))) continue
    report(set, await judge(set, join(root, set.name), engine))
    await engine.reset()
  }
  const perThousand = ((1000 * totals.unmodelled) / totals.statements).toFixed(1)
  print(
    `\n${totals.exact} of ${totals.sets} sets exact, ${totals.silent} facts silently wrong; ${perThousand} unmodelled statements per thousand`,
  )
} finally {
  await engine.stop()
}

async function judge(set: PublicHistory, folder: string, on: Engine): Promise<Result> {
  const { migrations } = readMigrations(
    set.paths.map((path) => ({ path, layout: set.layout, variables: set.variables })),
    { cwd: folder },
  )
  const history = [...(set.before === undefined ? [] : [asMigration(set.before)]), ...migrations]
  const database = await on.createDatabase()
  const refused: { statement: FileStatement; message: string }[] = []
  const { statements } = await applyMigrations(database, history, {
    platform: set.platform ?? null,
    onFailure: ({ message }, statement) => refused.push({ statement, message }),
  })
  const { live, brought } = await readLive(database)
  const sent = withoutRefused(
    history,
    refused.flatMap(({ statement }) => (statement.sql === null ? [] : statement)),
  )
  const replayed = replay(sent, { prelude: set.platform === undefined ? null : supabasePrelude }).model
  const differences = differencesOf(replayed, live, {
    migrationRole: 'postgres',
    leavesOut: (kind, id) =>
      brought.has(id) || ((kind === 'roles' || kind === 'roleMemberships') && id.includes('postgres')),
  })
  const isAnnounced = announcer(replayed)
  return {
    files: migrations.length,
    statements,
    refused,
    replayed,
    differences,
    announced: differences.differences.filter(isAnnounced),
    silent: differences.differences.filter((difference) => !isAnnounced(difference)),
  }
}

function asMigration(text: string): Migration {
  return { file: 'before.sql', text, parts: [{ kind: 'sql', start: 0, end: text.length }], session: 'new' }
}

async function readLive(database: Database): Promise<{ live: SchemaModel; brought: ReadonlySet<string> }> {
  const connection = await database.connect()
  try {
    const live = await readCatalog(connection, { migrationRole: 'postgres' })
    const members = await connection.query<{ namespace: string; name: string }>(`
      select n.nspname as namespace, c.relname as name
      from pg_catalog.pg_depend d
        join pg_catalog.pg_class c on c.oid = d.objid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where d.deptype = 'e' and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass`)
    return { live, brought: new Set(members.map(({ namespace, name }) => displayId(namespace, name))) }
  } finally {
    await connection.close()
  }
}

/** Of a relation by what a statement may affect; of anything else by its name in the text. */
function announcer({ unmodelled }: SchemaModel): (difference: Difference) => boolean {
  const statements = [...unmodelled.values()]
  const texts = statements.map(({ text }) => text.toLowerCase())
  return ({ id }) =>
    statements.some(({ affects }) => isAffected(affects, id)) ||
    texts.some((text) => text.includes(bareName(id)))
}

function bareName(id: string): string {
  const [name = id] = readName(id.split('(')[0] ?? id)?.slice(-1) ?? []
  return name.toLowerCase()
}

function report({ name }: PublicHistory, result: Result): void {
  const { files, statements, refused, replayed, differences, announced, silent } = result
  const unmodelled = replayed.unmodelled.size
  totals.sets++
  totals.exact += differences.differences.length === 0 ? 1 : 0
  totals.silent += silent.length
  totals.statements += statements
  totals.unmodelled += unmodelled
  const verdict =
    silent.length > 0
      ? `${silent.length} silently wrong`
      : announced.length > 0
        ? `announced (${announced.length})`
        : 'exact'
  const cells = [
    ...[name, files, statements, refused.length, replayed.relations.size, differences.compared],
    ...[differences.notCompared.length, unmodelled, ((1000 * unmodelled) / statements).toFixed(1), verdict],
  ]
  print(values.markdown ? `| ${cells.join(' | ')} |` : cells.join('  '))
  if (!values.list) return
  for (const one of silent) print(`    SILENT ${told(one)}`)
  for (const one of announced) print(`    announced ${told(one)}`)
  for (const one of differences.notCompared) print(`    not compared ${told(one)}`)
  for (const { statement, message } of refused) {
    print(
      `    refused ${statement.file}: ${message} | ${(statement.sql ?? '').replaceAll(/\s+/g, ' ').slice(0, 120)}`,
    )
  }
}

function told({ kind, id, part, field, left, right }: Difference): string {
  const where = [kind, id, part, field].filter((each) => each !== null).join(' ')
  return `${where}: ${left ?? 'nothing'} | ${right ?? 'nothing'}`
}
