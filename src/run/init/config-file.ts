import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { Config } from '../../config/config.ts'
import { parseConfig } from '../../config/parse-config.ts'
import { type ConfigEntry, toldIn } from './config-entry.ts'
import { configJson, configProgram } from './config-text.ts'

/** A config file to be. */
export interface ConfigFile {
  readonly file: string
  readonly text: string
  /** What it says, parsed: it loads. */
  readonly config: Config
}

/** A program where the project has any, else JSON. */
export function configFileFor(entries: readonly ConfigEntry[], cwd: string): ConfigFile {
  const isProgram = ['package.json', 'tsconfig.json', 'deno.json'].some((name) => existsSync(join(cwd, name)))
  const file = isProgram ? 'ringfence.config.ts' : 'ringfence.config.json'
  const parsed = parseConfig({ value: toldIn(entries), placeOf: () => null }, file)
  const heading =
    'Written by ringfence init. What the migrations do not tell stands here as a comment with a question.'
  return {
    file,
    text: isProgram ? configProgram(entries, heading, isInstalled(cwd)) : configJson(entries),
    config: { ...parsed, file, paths: [] },
  }
}

/** Whether a program in the folder can import this package. */
export function isInstalled(cwd: string): boolean {
  try {
    createRequire(resolve(cwd, 'ringfence.config.ts')).resolve('ringfence')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return false
    throw error
  }
}
