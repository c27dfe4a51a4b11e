import type { ServerFacts } from '../model/server-facts.ts'
import type { Finding } from './finding.ts'

/** What a run of the checks says, for a report. */
export interface CheckResult {
  readonly files: number
  readonly statements: number
  readonly relations: number
  readonly unmodelled: number
  /** The server that was read, with the database; null where nothing but migrations was. */
  readonly server: ServerFacts | null
  /** How many facts could not be held against what the migrations declare; null where none were. */
  readonly notCompared: number | null
  /** In the order of the history, then of the file. */
  readonly findings: readonly Finding[]
  /** The text of each file that a finding points into. */
  readonly texts: ReadonlyMap<string, string>
}
