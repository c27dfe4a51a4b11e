import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createJiti } from 'jiti'
import type { KyselyPlugin } from 'kysely'

const configNames = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].flatMap((ending) => [
  `kysely.config.${ending}`,
  `.config/kysely.config.${ending}`,
])

/**
 * The plugins that kysely-ctl gives migrations of a folder: those of the nearest `kysely.config.ts`, in the folder or above it. They change
 * names, CamelCasePlugin all of them. None where there is no such file.
 */
export async function pluginsFor(folder: string): Promise<readonly KyselyPlugin[]> {
  const file = configFor(folder)
  if (file === null) return []
  try {
    const config = await createJiti(pathToFileURL(file).href).import<KyselyCtlConfig>(file, { default: true })
    const plugins = await made(config.plugins)
    return plugins ?? (await made(config.kysely))?.getExecutor().plugins ?? []
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${basename(file)}, which may name plugins, can't be run: ${message}`, { cause })
  }
}

/** As far as it is looked at here; each may be a function that makes it. */
interface KyselyCtlConfig {
  readonly plugins?: OrFactory<readonly KyselyPlugin[]>
  readonly kysely?: OrFactory<{ getExecutor(): { readonly plugins: readonly KyselyPlugin[] } }>
}

type OrFactory<T> = T | (() => T | Promise<T>)

async function made<T extends object>(given: OrFactory<T> | undefined): Promise<T | undefined> {
  return typeof given === 'function' ? await given() : given
}

function configFor(folder: string): string | null {
  const found = configNames.map((name) => join(folder, name)).find((path) => existsSync(path))
  if (found !== undefined) return found
  const above = dirname(folder)
  return above === folder || existsSync(join(folder, '.git')) ? null : configFor(above)
}
