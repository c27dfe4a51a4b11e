import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { ReadEntry } from '../config/parse-baseline.ts'
import { type BaselineEntry, baselineText, byFingerprint } from '../findings/baseline.ts'
import type { Finding } from '../findings/finding.ts'
import { InputError } from '../findings/input-error.ts'
import { complaintFinding, stale } from './complaints.ts'
import type { Seen, Told } from './suppress.ts'

/** Which baseline a run reads. */
export interface BaselineRequest {
  /** Relative to the working directory. */
  readonly file: string
  /** Whether it is to be written, and may be missing. */
  readonly isWritten: boolean
}

/** A baseline as it was read. */
export interface Baseline extends BaselineRequest {
  readonly text: string
  readonly entries: readonly ReadEntry[]
}

/** Throws `InputError` where the file is not there to be read, or is no baseline. */
export async function readBaseline(cwd: string, request: BaselineRequest): Promise<Baseline> {
  const { file, isWritten } = request
  const path = resolve(cwd, file)
  if (isWritten && !existsSync(path)) return { ...request, text: '', entries: [] }
  const { parseBaseline } = await import('../config/parse-baseline.ts')
  const text = readText(path, file)
  return { ...request, text, entries: parseBaseline(text, file) }
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InputError(`the baseline can't be read: ${reason}`, {
      file,
      hint: 'ringfence check --update-baseline writes one.',
      cause,
    })
  }
}

/** In one step: whoever reads it meanwhile sees the old one or the new one. */
export function writeBaseline(cwd: string, file: string, entries: readonly BaselineEntry[]): void {
  const named = resolve(cwd, file)
  const path = existsSync(named) ? realpathSync(named) : named
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`)
  try {
    writeFileSync(beside, baselineText(entries))
    renameSync(beside, path)
  } catch (cause) {
    rmSync(beside, { force: true })
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InputError(`the baseline can't be written: ${reason}`, { file, cause })
  }
}

/** What the baseline accepts of what is told. A defect that was mended meanwhile is none that it is for, unless it is asked about. */
export function splitByBaseline(
  told: readonly Told[],
  entries: readonly BaselineEntry[],
  isPartial: boolean,
): { readonly open: readonly Told[]; readonly baselined: number } {
  const accepted = byFingerprint(entries)
  const open = told.filter(({ finding, ordinal }) => {
    if (finding.repairedBy !== null && !isPartial) return true
    return ordinal > (accepted.get(finding.fingerprint)?.occurrences ?? 0)
  })
  return { open, baselined: told.length - open.length }
}

/** The entries that what is told makes, and those of `before` that the run can't judge. */
export function entriesFor(
  told: readonly Told[],
  before: readonly BaselineEntry[],
  { sees, isDatabase: database }: Seen,
): readonly BaselineEntry[] {
  const entries = new Map(byFingerprint(before.filter(({ check }) => !sees(check))))
  for (const { finding, ordinal } of told) {
    if (finding.repairedBy !== null) continue
    const { fingerprint, check, subject } = finding
    const occurrences = Math.max(ordinal, entries.get(fingerprint)?.occurrences ?? 0)
    entries.set(fingerprint, { check, subject, occurrences, database })
  }
  return [...entries.values()]
}

/** Findings for the entries of a file that accept more than there is. */
export function staleFindings(
  file: string,
  entries: readonly ReadEntry[],
  told: readonly Told[],
  seen: Seen,
): readonly Finding[] {
  const standing = byFingerprint(entriesFor(told, [], seen))
  return [...byFingerprint(entries)].flatMap(([fingerprint, entry]) => {
    const occurrences = standing.get(fingerprint)?.occurrences ?? 0
    if (!seen.sees(entry.check) || occurrences >= entry.occurrences) return []
    const { start, end } = entry
    const finding = complaintFinding(stale(entry, occurrences, { file, start, end }), file, seen.severities)
    return finding === null ? [] : [finding]
  })
}

/** How one baseline differs from the one before it, a sentence for stderr. */
export function ratchetNote(
  file: string,
  before: readonly BaselineEntry[],
  after: readonly BaselineEntry[],
  told: readonly Told[],
): string {
  const [old, now] = [byFingerprint(before), byFingerprint(after)]
  const isMore = ([fingerprint, { occurrences }]: readonly [string, BaselineEntry]) =>
    occurrences > (old.get(fingerprint)?.occurrences ?? 0)
  const added = [...now].filter(isMore).map(([fingerprint]) => fingerprint)
  const isError = (fingerprint: string) =>
    told.some(({ finding }) => finding.fingerprint === fingerprint && finding.severity === 'error')
  const errors = added.filter(isError).length
  const removed = [...old.keys()].filter((fingerprint) => !now.has(fingerprint)).length
  return `${file}: ${now.size} accepted; ${added.length} added, of them ${errors} of severity error, and ${removed} taken out`
}
