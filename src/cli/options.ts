import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import type { LayoutName } from '../replay/layouts/layout.ts'
import type { Programs, RunRequest } from '../run/request.ts'

/** The options that commands over migrations share, as commander hands them over. */
export interface CommonOptions {
  readonly config?: string
  readonly format: string
  readonly output?: string
  readonly layout?: string
  readonly quiet: boolean
  readonly color: boolean
}

/** Reads the config and puts together what is to be run. */
export async function requestOf(paths: readonly string[], options: CommonOptions): Promise<RunRequest> {
  const cwd = process.cwd()
  const { loadConfig } = await import('../config/load-config.ts')
  const config = await loadConfig({ cwd, file: options.config ?? null })
  return {
    cwd,
    paths,
    layout: await layoutOf(options.layout),
    config,
    programs,
  }
}

/** Migrations for Kysely, run in a thread of their own. */
export const programs: Programs = {
  collect: async (migrations, cwd) =>
    (await import('../kysely/collect/collect-migrations.ts')).collectMigrations(migrations, { cwd, worker }),
  run: async (migration, cwd, connection) =>
    (await import('../kysely/collect/run-program.ts')).runProgram(migration, connection, { cwd, worker }),
}

const worker = new URL('./program-worker.js', import.meta.url)

export async function layoutOf(name: string | undefined): Promise<LayoutName | null> {
  if (name === undefined) return null
  const { layoutNames } = await import('../replay/layouts/layout.ts')
  const layout = layoutNames.find((known) => known === name)
  if (layout === undefined) throw new InputError(`unknown layout "${name}"; ${suggestion(name, layoutNames)}`)
  return layout
}
