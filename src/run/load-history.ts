import { InputError } from '../findings/input-error.ts'
import type { History } from '../replay/history.ts'
import { type ReadLayout, readMigrations } from '../replay/layouts/read-migrations.ts'
import type { Migration } from '../replay/migration.ts'
import { replay } from '../replay/replay.ts'
import { loadParser, parseAhead } from '../sql/parse.ts'
import type { Span } from '../sql/split.ts'
import { supabasePrelude } from '../templates/supabase.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'
import type { Platform, Tenancy } from '../tenancy/tenancy.ts'
import type { EarlierHistory } from './against.ts'
import type { RunProgram } from './apply/apply-file.ts'
import { readingNotes } from './notes.ts'
import { type CollectedHistory, filesNamed, inputsOf, type RunRequest } from './request.ts'
import { type Declared, declaredBy, tenancyOf } from './tenancy-of.ts'

/** A replayed history, and under which tenancy it is to be judged. */
export interface LoadedHistory {
  readonly history: History
  /** The text of each file of the history, of included ones too. */
  readonly texts: ReadonlyMap<string, string>
  /** A file of the history and the files that it includes. */
  readonly filesOf: (file: string) => ReadonlySet<string>
  readonly migrations: readonly Migration[]
  /** Runs those that are programs on a server; null where nothing can. */
  readonly runProgram: RunProgram | null
  readonly tenancy: Tenancy
  /** What that tenancy was made of. */
  readonly declared: Declared
  /** The files that are asked about; null for all. */
  readonly asked: ReadonlySet<string> | null
  /** What it was before, where the files asked about are not simply its last. */
  readonly earlier: EarlierHistory | null
  /** What was read and left out, a sentence each: for stderr. */
  readonly notes: readonly string[]
  /** What was assumed of the tenancy, likewise. */
  readonly assumed: readonly string[]
}

/** Reads and replays what a command asks for. Throws `InputError` where nothing can be read. */
export async function loadHistory(request: RunRequest): Promise<LoadedHistory> {
  const { entries, asked } = inputsOf(request)
  const parser = loadParser()
  const { migrations, tenancies, layouts } = await readHistory(request)
  parseAhead(sqlOf(migrations))
  const files = migrations.map(({ file }) => file)
  const unread = layouts.flatMap((layout) => layout.unread)
  const named =
    request.asks !== undefined
      ? await request.asks(migrations)
      : asked === null
        ? null
        : await filesNamed(request.cwd, asked, files, unread)
  const declared = declaredBy(request.config, tenancies)
  const platform = platformOf(declared.tenancy, layouts)
  const texts = new Map<string, string>()
  const filesOf = filesWithIncluded(migrations, texts)
  await parser
  const history = historyOf(migrations, platform)
  if (history.statements === 0) {
    throw new InputError(
      `no statement is there to check, in ${files.length} ${files.length === 1 ? 'file' : 'files'}`,
      {
        file: entries.map(({ path }) => path).join(', '),
      },
    )
  }
  const { tenancy, notes: assumed } = tenancyOf(history.model, declared, platform)
  return {
    history,
    migrations,
    runProgram: runnerOf(request),
    texts,
    filesOf,
    tenancy,
    declared,
    asked: named,
    earlier: null,
    notes: [...readingNotes(layouts), ...platformNote(declared.tenancy, platform)],
    assumed,
  }
}

/** The migrations that a command asks for, not replayed yet. */
export async function readHistory(
  request: RunRequest,
): Promise<CollectedHistory & { readonly layouts: readonly ReadLayout[] }> {
  const { cwd, beforeInclude } = request
  const { migrations, layouts } = readMigrations(inputsOf(request).entries, { cwd, beforeInclude })
  return { ...(await collected(migrations, request)), layouts }
}

/** The history of migrations that were read. The parser must be loaded. */
export function historyOf(migrations: readonly Migration[], platform: Platform | null): History {
  return replay(migrations, { prelude: platform === null ? null : supabasePrelude })
}

/** What the programs among the migrations send, where the request can tell. */
async function collected(
  migrations: readonly Migration[],
  { programs, cwd }: RunRequest,
): Promise<CollectedHistory> {
  const isAsked = migrations.some(({ isKysely }) => isKysely)
  if (programs === undefined || !isAsked) return { migrations, tenancies: [] }
  return await programs.collect(migrations, cwd)
}

function runnerOf({ programs, cwd }: RunRequest): RunProgram | null {
  if (programs === undefined) return null
  return (migration, connection) => programs.run(migration, cwd, connection)
}

/** Which spans replay is going to parse, in its order. */
function* sqlOf(migrations: readonly Migration[]): Generator<readonly [string, Span]> {
  for (const { text, parts } of migrations) {
    for (const part of parts) {
      if (part.kind === 'sql') yield [text, part]
      else if (part.kind === 'include') yield* sqlOf([part.migration])
    }
  }
}

/** What the config says, else what the layout gives away. */
function platformOf(
  declared: TenancyDeclaration,
  layouts: readonly { readonly layout: string }[],
): Platform | null {
  if (declared.platform !== undefined) return declared.platform
  return layouts.some(({ layout }) => layout === 'supabase') ? 'supabase' : null
}

function platformNote(declared: TenancyDeclaration, platform: Platform | null): string[] {
  if (declared.platform !== undefined || platform === null) return []
  return [
    `assumed: the platform is ${platform}, by the layout; its roles and namespaces exist before the first file ("platform": null in the config says otherwise)`,
  ]
}

/** Tells of a file which ones it includes, itself among them. `texts` gets the text of each. */
export function filesWithIncluded(
  migrations: readonly Migration[],
  texts: Map<string, string>,
): (file: string) => ReadonlySet<string> {
  const included = new Map(migrations.map((migration) => [migration.file, collect(migration, texts)]))
  return (file) => included.get(file) ?? new Set([file])
}

/** Collects the texts of a migration and of what it includes; returns the names. */
function collect(migration: Migration, texts: Map<string, string>): Set<string> {
  texts.set(migration.file, migration.text)
  const files = new Set([migration.file])
  for (const part of migration.parts) {
    if (part.kind === 'include') for (const file of collect(part.migration, texts)) files.add(file)
  }
  return files
}
