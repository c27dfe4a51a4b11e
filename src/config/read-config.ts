import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InputError } from '../findings/input-error.ts'
import { LineIndex, type Position } from '../findings/position.ts'
import { type JsonPath, parseJson } from './json.ts'

/** What a config file holds, not yet looked at, and where its members stand. */
export interface RawConfig {
  readonly value: unknown
  /** Null where the file is a program. */
  placeOf(path: JsonPath): Position | null
}

/** Reads the config of a file of any of the known kinds. `shown`: the file as messages name it. */
export async function readConfig(file: string, shown: string): Promise<RawConfig> {
  switch (extname(file)) {
    case '.json':
      return readJson(file, shown)
    case '.js':
    case '.mjs':
    case '.ts':
      return { value: await runModule(file, shown), placeOf: () => null }
    default:
      throw new InputError('a config is a .ts, .js, .mjs or .json file', { file: shown })
  }
}

function readJson(file: string, shown: string): RawConfig {
  const text = readText(file, shown)
  const document = parseJson(shown, text)
  const lines = new LineIndex(text)
  const manifest = basename(file) === 'package.json'
  return {
    value: manifest ? (document.value as { readonly ringfence?: unknown }).ringfence : document.value,
    placeOf: (path) => lines.positionOf(document.offsetOf(manifest ? ['ringfence', ...path] : path)),
  }
}

function readText(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new InputError(`the config can't be read: ${reasonOf(cause)}`, { file: shown, cause })
  }
}

async function runModule(file: string, shown: string): Promise<unknown> {
  readText(file, shown)
  try {
    return await defaultExport(file)
  } catch (cause) {
    throw new InputError(`the config can't be run: ${reasonOf(cause)}`, { file: shown, cause })
  }
}

async function defaultExport(file: string): Promise<unknown> {
  if (extname(file) !== '.ts') {
    const module = (await import(pathToFileURL(file).href)) as { readonly default?: unknown }
    return module.default
  }
  const { createJiti } = await import('jiti')
  return createJiti(import.meta.url).import(file, { default: true })
}

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.split('\n')[0] ?? message
}
