import { dirname, relative, resolve } from 'node:path'
import type { Config } from './config.ts'
import { findConfig } from './find-config.ts'
import { readConfig } from './read-config.ts'

export interface ConfigLocation {
  readonly cwd: string
  /** The config that the user names; null to look for one from `cwd` upwards. */
  readonly file: string | null
}

/** The config, or null where none is named and none is found. Throws `InputError` for whatever is wrong in it. */
export async function loadConfig({ cwd, file }: ConfigLocation): Promise<Config | null> {
  const found = file === null ? findConfig(cwd) : resolve(cwd, file)
  if (found === null) return null
  const shown = relative(cwd, found).replaceAll('\\', '/')
  const [raw, { parseConfig }] = await Promise.all([readConfig(found, shown), import('./parse-config.ts')])
  const { migrations, tenancy, checks } = parseConfig(raw, shown)
  const folder = dirname(found)
  return {
    file: shown,
    migrations: migrations.map((entry) => ({
      ...entry,
      path: fromWorkingDirectory(cwd, folder, entry.path),
    })),
    tenancy,
    checks,
  }
}

function fromWorkingDirectory(cwd: string, folder: string, path: string): string {
  return relative(cwd, resolve(folder, path)).replaceAll('\\', '/') || '.'
}
