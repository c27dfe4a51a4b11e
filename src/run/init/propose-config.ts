import type { LayoutName } from '../../replay/layouts/layout.ts'
import { count } from '../../report/terminal.ts'
import { type LoadedHistory, loadHistory } from '../load-history.ts'
import type { Programs } from '../request.ts'
import type { ConfigEntry, ConfigValue } from './config-entry.ts'
import { type OpenQuestions, openQuestions, proposeTenancy, type Told } from './propose-tenancy.ts'

/** The migrations that a config is to name. */
export interface ChosenMigrations {
  readonly cwd: string
  /** Relative to `cwd`, in the order of replay. */
  readonly paths: readonly string[]
  /** Where it is not to be found out. */
  readonly layout: LayoutName | null
  readonly programs?: Programs
}

/** Migrations that were replayed, for a config to be proposed from them. */
export interface Survey {
  readonly chosen: ChosenMigrations
  readonly loaded: LoadedHistory
  /** Null where the migrations declare the tenancy themselves. */
  readonly questions: OpenQuestions | null
}

export async function survey(chosen: ChosenMigrations): Promise<Survey> {
  const loaded = await loadHistory({ ...chosen, config: null })
  const isDeclared = Object.keys(loaded.declared.tenancy).length > 0
  return {
    chosen,
    loaded,
    questions: isDeclared ? null : openQuestions(loaded.history.model, loaded.tenancy.platform),
  }
}

/** The config, key by key. */
export function proposeConfig({ chosen, loaded, questions }: Survey, told: Told): ConfigEntry[] {
  const { history, tenancy } = loaded
  const { paths, layout } = chosen
  const migrations: ConfigValue = paths.map((path) => (layout === null ? path : { path, layout }))
  const counted = `${count(history.files.length, 'file')}, ${count(history.statements, 'statement')}.`
  const declared = 'They declare the tenancy themselves; one that is written here would stand in its place.'
  const own: ConfigEntry = {
    key: 'migrations',
    notes: questions === null ? [counted, declared] : [counted],
    value: migrations,
    isTold: true,
  }
  const read = [own, ...variablesOf(loaded, paths, layout)]
  if (questions === null) return read
  return [
    ...read,
    { key: 'tenancy', notes: [], entries: proposeTenancy(history.model, tenancy.platform, told) },
  ]
}

/** What the migration tool puts into the text, and nobody told. */
function variablesOf(
  { migrations }: LoadedHistory,
  paths: readonly string[],
  layout: LayoutName | null,
): ConfigEntry[] {
  const names = new Set(
    migrations.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === 'unreadable' ? (part.variable ?? []) : [])),
    ),
  )
  if (names.size === 0) return []
  const variables = Object.fromEntries([...names].map((name) => [name, '']))
  const value = paths.map((path) => ({ path, ...(layout === null ? {} : { layout }), variables }))
  const question =
    'What does the migration tool put in for these? The statements that hold them are not replayed until it is told.'
  return [{ key: 'migrations', notes: [question], value, isTold: false }]
}
