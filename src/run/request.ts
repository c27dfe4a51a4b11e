import { existsSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Config, MigrationsEntry } from '../config/config.ts'
import { InputError } from '../findings/input-error.ts'
import type { LayoutName, UnreadFile } from '../replay/layouts/layout.ts'
import type { Migration } from '../replay/migration.ts'
import type { Connection } from '../sql/connection.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'
import type { BaselineRequest } from './baseline.ts'

/** What a command is asked to read. */
export interface RunRequest {
  readonly cwd: string
  /** Paths of the command line. */
  readonly paths: readonly string[]
  /** `--layout`: how the paths of the command line are laid out. */
  readonly layout: LayoutName | null
  readonly config: Config | null
  /** The baseline to read or write; none where it is left out. */
  readonly baseline?: BaselineRequest | null
  /** Reads migrations that are programs; where it is left out they stay unread. */
  readonly programs?: Programs
  /** Which files are asked about (null for all), told once it is known which there are; in the place of what `paths` say. */
  readonly asks?: (migrations: readonly Migration[]) => Promise<ReadonlySet<string> | null>
  /** Is told where a file that a migration includes may stand, before it is looked for. */
  readonly beforeInclude?: (candidates: readonly string[]) => void
}

/** What can be done with migrations that are programs (`Migration.isKysely`); their files are relative to `cwd`. */
export interface Programs {
  /** Puts what they send in the place of what they are, and tells what tenancies they declare. */
  collect(migrations: readonly Migration[], cwd: string): Promise<CollectedHistory>
  /** Runs one on a server. Rejects with an `InputError` where it fails. */
  run(migration: Migration, cwd: string, connection: Connection): Promise<void>
}

export interface CollectedHistory {
  readonly migrations: readonly Migration[]
  readonly tenancies: readonly TenancyDeclaration[]
}

/** The history to replay, and which of its files are asked about. */
export interface Inputs {
  readonly entries: readonly MigrationsEntry[]
  /** Paths inside the configured history; null where the whole history is asked about. */
  readonly asked: readonly string[] | null
}

/**
 * With no path, the configured migrations. A path inside them asks about its files alone, on top of the rest. Any other
 * path is a history by itself.
 */
export function inputsOf({ cwd, paths, layout, config }: RunRequest): Inputs {
  if (paths.includes(''))
    throw new InputError('a path is empty', { hint: 'Is a variable of the script not set?' })
  const configured = config?.migrations ?? []
  const named = paths.map((path) => (layout === null ? { path } : { path, layout }))
  if (paths.length === 0) {
    if (configured.length === 0) throw nothingNamed(cwd, config)
    return {
      entries: configured.map((entry) => (layout === null ? entry : { ...entry, layout })),
      asked: null,
    }
  }
  const roots = configured.map(({ path }) => rootOf(cwd, path))
  const inside = paths.filter((path) => roots.some((root) => isBelow(root, rootOf(cwd, path))))
  if (inside.length === 0) return { entries: named, asked: null }
  const outside = paths.filter((path) => !inside.includes(path))
  if (outside.length > 0) {
    throw new InputError(
      `${inside.join(', ')} belongs to the migrations of ${config?.file}, and ${outside.join(', ')} does not`,
      { hint: 'Check them with two commands, or add the second to the config.' },
    )
  }
  const whole = paths.filter((path) => !isGlob(cwd, path)).map((path) => rootOf(cwd, path))
  const all = roots.every((root) => whole.includes(root))
  return {
    entries: configured.map((entry) => (layout === null ? entry : { ...entry, layout })),
    asked: all ? null : inside,
  }
}

/**
 * Which files of the history the paths name. Throws where one names none of them; `unread` tells why a file that is there
 * is not among them.
 */
export async function filesNamed(
  cwd: string,
  paths: readonly string[],
  files: readonly string[],
  unread: readonly UnreadFile[],
): Promise<Set<string>> {
  const absolute = files.map((file) => [file, resolve(cwd, file)] as const)
  const named = new Set<string>()
  for (const path of paths) {
    const chosen = isGlob(cwd, path) ? await expand(cwd, path) : [resolve(cwd, path)]
    const below = absolute.filter(([, file]) => chosen.some((one) => isBelow(one, file)))
    if (below.length === 0) {
      const reason = unread.find(({ file }) => chosen.some((one) => isBelow(one, resolve(cwd, file))))?.reason
      throw new InputError(
        `is no part of the configured history${reason === undefined ? '' : `: it ${reason}`}`,
        { file: path },
      )
    }
    for (const [file] of below) named.add(file)
  }
  return named
}

async function expand(cwd: string, glob: string): Promise<string[]> {
  const { globSync } = await import('tinyglobby')
  return globSync(glob, { cwd, absolute: true })
}

/** The file or folder that a path names, or the folder that a glob starts from. */
export function rootOf(cwd: string, path: string): string {
  const parts = path.split('/')
  const magic = isGlob(cwd, path) ? parts.findIndex((part) => /[*?[\]{}!()]/.test(part)) : parts.length
  return resolve(cwd, parts.slice(0, magic).join('/') || (path.startsWith('/') ? '/' : '.'))
}

function isGlob(cwd: string, path: string): boolean {
  return !existsSync(resolve(cwd, path)) && /[*?[\]{}!()]/.test(path)
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (!way.startsWith('..') && resolve(root, way) === path)
}

const usualFolders = [
  'migrations',
  'db/migrations',
  'supabase/migrations',
  'prisma/migrations',
  'drizzle',
  'sql',
]

function nothingNamed(cwd: string, config: Config | null): InputError {
  const folder = usualFolders.find((name) =>
    statSync(resolve(cwd, name), { throwIfNoEntry: false })?.isDirectory(),
  )
  const message = config === null ? 'no migrations named, and no config found' : 'no migrations named'
  return new InputError(message, {
    ...(config === null ? {} : { file: config.file }),
    hint: `Name a folder, a file or a glob, such as ${folder ?? 'migrations'}; or set "migrations" in ${config?.file ?? 'ringfence.config.json'}.`,
  })
}
