import { fingerprintOf } from './fingerprint.ts'

/** A defect that a baseline accepts. */
export interface BaselineEntry {
  readonly check: string
  readonly subject: string
  /** How many defects of the fingerprint the history had brought when it was written: one that comes back is a new one. */
  readonly occurrences: number
  /** Whether a database was found to have it, and not the migrations: it accepts nothing that they bring. */
  readonly database: boolean
}

/** The version of the form in which baselines are written. */
export const baselineVersion = 1

/** The entries by fingerprint. */
export function byFingerprint<Entry extends BaselineEntry>(
  entries: readonly Entry[],
): ReadonlyMap<string, Entry> {
  return new Map(entries.map((entry) => [fingerprintOf(entry.check, entry.subject), entry]))
}

/** The file: sorted, an entry a line, so that two branches that mend different things can be merged. */
export function baselineText(entries: readonly BaselineEntry[]): string {
  const lines = [...entries].sort(byCheckAndSubject).map((entry) => `    ${entryText(entry)}`)
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`
  return `{\n  "version": ${baselineVersion},\n  "findings": ${list}\n}\n`
}

function entryText({ check, subject, occurrences, database }: BaselineEntry): string {
  const members = Object.entries({
    check,
    subject,
    fingerprint: fingerprintOf(check, subject),
    ...(occurrences > 1 ? { occurrences } : {}),
    ...(database ? { database } : {}),
  })
  return `{ ${members.map(([key, value]) => `"${key}": ${JSON.stringify(value)}`).join(', ')} }`
}

function byCheckAndSubject(a: BaselineEntry, b: BaselineEntry): number {
  return compare(a.check, b.check) || compare(a.subject, b.subject) || Number(a.database) - Number(b.database)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
