import { dirname, join, relative } from 'node:path'
import type { Config } from '../config/config.ts'
import type { BaselineRequest } from '../run/baseline.ts'

export interface BaselineOptions {
  readonly baseline?: string
  readonly updateBaseline?: boolean
}

const usualName = 'ringfence-baseline.json'

/** The baseline that the command line names, else the config; where one is to be written and none is named, the usual one beside the config. */
export function baselineOf(
  { baseline, updateBaseline = false }: BaselineOptions,
  config: Config | null,
): BaselineRequest | null {
  const named = baseline ?? config?.baseline ?? null
  if (named !== null) return { file: named, isWritten: updateBaseline }
  if (!updateBaseline) return null
  const file = config === null ? usualName : join(dirname(config.file), usualName)
  return { file: relative('.', file).replaceAll('\\', '/'), isWritten: true }
}
