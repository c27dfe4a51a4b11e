import { dirname, relative, resolve } from 'node:path'
import type { Config, PathSeverities } from './config.ts'
import { findConfig } from './find-config.ts'
import type { ParsedConfig } from './parse-config.ts'
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
  const { migrations, tenancy, checks, paths, baseline } = parseConfig(raw, shown)
  const folder = dirname(found)
  return {
    file: shown,
    migrations: migrations.map((entry) => ({
      ...entry,
      path: fromWorkingDirectory(cwd, folder, entry.path),
    })),
    tenancy,
    checks,
    paths: paths.length === 0 ? [] : await pathSeverities(cwd, folder, paths),
    baseline: baseline === null ? null : fromWorkingDirectory(cwd, folder, baseline),
  }
}

/** A path without the signs of a glob is that of a file, or of a folder with all that is in it. */
async function pathSeverities(
  cwd: string,
  folder: string,
  paths: ParsedConfig['paths'],
): Promise<readonly PathSeverities[]> {
  const { default: picomatch } = await import('picomatch')
  return paths.map(({ path, checks }) => {
    const glob = path.replace(/^\.\//, '').replace(/\/+$/, '')
    const isGlob = picomatch.scan(glob).isGlob
    const matches = picomatch(isGlob ? glob : [glob, `${glob}/**`], { dot: true })
    return {
      holds: (file) => matches(relative(folder, resolve(cwd, file)).replaceAll('\\', '/')),
      checks,
    }
  })
}

function fromWorkingDirectory(cwd: string, folder: string, path: string): string {
  return relative(cwd, resolve(folder, path)).replaceAll('\\', '/') || '.'
}
