import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Relation, SchemaModel } from '../src/model/schema-model.ts'
import { readMigrations } from '../src/replay/layouts/read-migrations.ts'
import type { Migration } from '../src/replay/migration.ts'
import { replay } from '../src/replay/replay.ts'
import { loadParser, parseStatements } from '../src/sql/parse.ts'
import type { Span } from '../src/sql/split.ts'
import { supabasePrelude } from '../src/templates/supabase.ts'
import { type Comparison, compare, type Difference, type Truth } from './accuracy-compare.ts'
import { type Figures, type PublicHistory, publicHistories } from './accuracy-sets.ts'

const usage = `jiti scripts/accuracy.ts FOLDER [SET...] [--truth FOLDER] [--markdown] [--list]

Replays the public histories of scripts/accuracy-sets.ts, each checked out into FOLDER/<set>.
--truth FOLDER  compares with <set>.json: the relations that a PostgreSQL server held afterwards
--markdown      prints the table of docs/accuracy.md
--list          prints each difference and each unmodelled statement
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    truth: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})
const [root, ...names] = positionals
const print = (line: string) => process.stdout.write(`${line}\n`)

if (root === undefined) {
  process.stderr.write(usage)
  process.exit(2)
}
await loadParser()
if (values.markdown) {
  print('| set | files | statements | tables | row security | policies | unmodelled | share | verdict |')
  print('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
}
for (const set of publicHistories) {
  if (names.length === 0 || names.includes(set.name)) report(set, join(root, set.name))
}

function report(set: PublicHistory, folder: string): void {
  const started = performance.now()
  const { migrations } = readMigrations(
    set.paths.map((path) => ({ path, layout: set.layout, variables: set.variables })),
    { cwd: folder },
  )
  const prelude = set.platform === 'supabase' ? supabasePrelude : null
  const history = replay(migrations, { prelude })
  const seconds = (performance.now() - started) / 1000
  const ignored = knownBefore(prelude, set)
  const { model } = history
  const replayed = figuresOf(model, ignored)
  const comparison = compareWithTruth(set, model, ignored)
  const share = ((100 * statementsConcerned(migrations, model)) / history.statements).toFixed(1)
  const verdict = verdictOf(replayed, set.postgres, comparison)
  const against = (which: keyof Figures) =>
    replayed[which] === set.postgres[which]
      ? `${replayed[which]}`
      : `${replayed[which]} of ${set.postgres[which]}`
  const cells = [
    ...[set.name, `${migrations.length}`, `${history.statements}`],
    ...[against('tables'), against('rowSecurity'), against('policies')],
    ...[`${model.unmodelled.size}`, `${share}%`, verdict],
  ]
  print(values.markdown ? `| ${cells.join(' | ')} |` : `${cells.join('  ')}  ${seconds.toFixed(1)} s`)
  if (values.list) list(model, comparison)
}

/** What is there before the first migration, and what the migration tool keeps for itself. */
function knownBefore(prelude: Migration | null, { bookkeeping }: PublicHistory): ReadonlySet<string> {
  const { relations, routines } = replay([], { prelude }).model
  return new Set([...relations.keys(), ...routines.keys(), ...bookkeeping])
}

function figuresOf(model: SchemaModel, ignored: ReadonlySet<string>): Figures {
  const isTable = ({ id, kind, persistence }: Relation) =>
    !ignored.has(id) && persistence !== 'temporary' && kind !== 'view' && kind !== 'materialized-view'
  const tables = [...model.relations.values()].filter(isTable)
  return {
    tables: tables.length,
    rowSecurity: tables.filter(({ rowSecurityEnabled }) => rowSecurityEnabled).length,
    policies: tables.reduce((sum, { policies }) => sum + policies.length, 0),
  }
}

/** How many statements hold something unmodelled: the body of a DO block can hold a lot. */
function statementsConcerned(migrations: readonly Migration[], model: SchemaModel): number {
  const starts = new Map<string, number[]>()
  for (const { source } of model.unmodelled.values()) {
    starts.set(source.file, [...(starts.get(source.file) ?? []), source.start])
  }
  const concerned = ({ file, text, parts }: Migration): number => {
    const spans = parts.flatMap((part): readonly Span[] =>
      part.kind === 'sql' ? parseStatements(text, part) : [part],
    )
    const within = ({ start, end }: Span) => starts.get(file)?.some((at) => at >= start && at < end) ?? false
    return spans.filter(within).length
  }
  return migrations.reduce((sum, migration) => sum + concerned(migration), 0)
}

function compareWithTruth(
  { name }: PublicHistory,
  model: SchemaModel,
  ignored: ReadonlySet<string>,
): Comparison | null {
  const file = values.truth === undefined ? null : join(values.truth, `${name}.json`)
  if (file === null || !existsSync(file)) return null
  return compare(model, JSON.parse(readFileSync(file, 'utf8')) as Truth, ignored)
}

function verdictOf(replayed: Figures, postgres: Figures, comparison: Comparison | null): string {
  const equal = JSON.stringify(replayed) === JSON.stringify(postgres)
  if (comparison === null) return equal ? 'equal figures' : 'figures differ'
  const { facts } = comparison
  const silent = facts.filter(({ verdict }) => verdict === 'silent').length
  if (silent > 0) return `${silent} silently wrong`
  return facts.length === 0 ? 'exact' : `announced (${facts.length})`
}

function list(model: SchemaModel, comparison: Comparison | null): void {
  const line = ({ subject, what, verdict, named }: Difference) =>
    print(
      `    ${verdict === 'silent' ? 'SILENT' : named ? 'announced' : 'announced (any)'} ${subject}: ${what}`,
    )
  if (comparison !== null) {
    print(`  facts: ${comparison.facts.length}`)
    comparison.facts.forEach(line)
    print(`  details: ${comparison.details.length}`)
    comparison.details.forEach(line)
  }
  print(`  unmodelled: ${model.unmodelled.size}`)
  for (const { reason, affects, source, text } of model.unmodelled.values()) {
    const whom =
      affects === null ? 'any' : affects.length > 3 ? `${affects.length} relations` : affects.join()
    print(`    [${whom}] ${reason} | ${source.file} | ${text.replaceAll(/\s+/g, ' ').slice(0, 160)}`)
  }
}
