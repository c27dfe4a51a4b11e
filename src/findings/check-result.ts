import type { Finding } from './finding.ts'

/** A server that was read. */
export interface ReadServer {
  /** `18.4` */
  readonly version: string
  /** Null where it was started to run the migrations. */
  readonly database: string | null
}

/** What a run of the checks says, for a report. */
export interface CheckResult {
  readonly files: number
  readonly statements: number
  readonly relations: number
  readonly unmodelled: number
  /** The server that was read; null where nothing but migrations was. */
  readonly server: ReadServer | null
  /** How many facts could not be held against what the migrations declare; null where none were. */
  readonly notCompared: number | null
  /** How many findings comments in the SQL accept, and how many the baseline; those are not among `findings`. */
  readonly suppressed: number
  readonly baselined: number
  /** In the order of the history, then of the file. */
  readonly findings: readonly Finding[]
  /** The text of each file that a finding points into. */
  readonly texts: ReadonlyMap<string, string>
}
