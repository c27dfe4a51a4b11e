import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import { type EngineName, engineNames, type ServerRequest } from '../run/server-request.ts'
import type { CommonOptions } from './options.ts'

/** The options of commands that work with a server. */
export interface ServerOptions extends CommonOptions {
  readonly databaseUrl?: string
  readonly engine?: string
  /** In seconds. */
  readonly statementTimeout: number
}

export function serverRequestOf(
  { databaseUrl, engine, statementTimeout }: ServerOptions,
  onProgress: (doing: string) => void,
): ServerRequest {
  return {
    databaseUrl: databaseUrl ?? null,
    engine: engine === undefined ? null : engineOf(engine),
    statementTimeout: statementTimeout * 1_000,
    onProgress,
  }
}

function engineOf(name: string): EngineName {
  const engine = engineNames.find((known) => known === name)
  if (engine === undefined) throw new InputError(`unknown engine "${name}"; ${suggestion(name, engineNames)}`)
  return engine
}
