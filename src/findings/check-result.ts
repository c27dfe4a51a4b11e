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
  /** The migrations that were asked about, in the order of the history; none where a server was. */
  readonly checked: readonly string[]
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

/** What a run says that had nothing to read. */
export const nothingRead: CheckResult = {
  files: 0,
  checked: [],
  statements: 0,
  relations: 0,
  unmodelled: 0,
  server: null,
  notCompared: null,
  suppressed: 0,
  baselined: 0,
  findings: [],
  texts: new Map(),
}
