import { type AcceptanceId, acceptanceChecks } from '../findings/acceptance-checks.ts'
import type { BaselineEntry } from '../findings/baseline.ts'
import type { Finding } from '../findings/finding.ts'
import { fingerprintOf } from '../findings/fingerprint.ts'
import { nearest } from '../findings/nearest.ts'
import type { Occurrence, PlacedSuppression } from '../findings/suppressed.ts'
import { canonicalSubject, writtenSuppression } from '../findings/suppression.ts'
import type { Provenance } from '../model/schema-model.ts'
import type { Severities } from './severities.ts'
import type { MisspeltSuppression } from './suppressions.ts'

/** What is wrong with how a finding is accepted. */
export interface Complaint {
  readonly id: AcceptanceId
  readonly subject: string
  readonly message: string
  readonly help: string
  /** The file of the history that it is about. */
  readonly at: number
  readonly source: Provenance
}

/** The finding; null where the config switches it off. `file`: the one that brings it. */
export function complaintFinding(
  { id, subject, message, help, source }: Omit<Complaint, 'at'>,
  file: string | null,
  severities: Severities,
): Finding | null {
  const check = acceptanceChecks.find((one) => one.id === id)
  const severity = check === undefined ? 'off' : severities.of(check, file)
  if (severity === 'off') return null
  const fingerprint = fingerprintOf(id, subject)
  return {
    check: id,
    severity,
    subject,
    message,
    help,
    file,
    source,
    fingerprint,
    fix: null,
    repairedBy: null,
  }
}

export function misspelt({ problem, line, at, source }: MisspeltSuppression): Complaint {
  return {
    id: 'suppression-invalid',
    subject: subjectOf(source, line),
    message: `The comment accepts nothing: ${problem}`,
    help: 'Name the check, its subject and the reason: ringfence: accept CHECK on SUBJECT because REASON.',
    at,
    source,
  }
}

export function unused(
  { suppression, at, source }: PlacedSuppression,
  occurrences: readonly Occurrence[],
): Complaint {
  const { check, subject } = suppression
  const what =
    subject === null
      ? 'The comment accepts a statement here that was not understood, and there is none'
      : `The comment accepts ${check} on ${subject}, where it is not found`
  return {
    id: 'suppression-unused',
    subject: subjectOf(source, writtenSuppression(suppression)),
    message: what + instead(check, subject, occurrences),
    help: 'Take the comment out, or name the check and the subject as the finding does.',
    at,
    source,
  }
}

export function expired({ suppression, at, source }: PlacedSuppression): Complaint {
  const { check, subject, until } = suppression
  const where = subject === null ? 'here' : `on ${subject}`
  const anew = writtenSuppression({ ...suppression, reason: 'REASON', until: null })
  return {
    id: 'suppression-expired',
    subject: subjectOf(source, writtenSuppression(suppression)),
    message: `${check} ${where} was accepted until ${until}, and is still there`,
    help: `Mend it; or say in a new migration why it stays: -- ${anew}`,
    at,
    source,
  }
}

/** `standing`: how many of its fingerprint the history has brought, up to the last that stands. */
export function stale(
  { check, subject, occurrences }: BaselineEntry,
  standing: number,
  source: Provenance,
): Omit<Complaint, 'at'> {
  const often = standing === 0 ? 'is not found any more' : `occurs ${standing} times now, not ${occurrences}`
  return {
    id: 'baseline-stale',
    subject: `${check} on ${subject}`,
    message: `The baseline accepts ${check} on ${subject}, which ${often}`,
    help: 'Write the baseline anew with --update-baseline, which takes out what is not found.',
    source,
  }
}

/** A subject on which the check does find something, or what else is found on this one. */
function instead(check: string, subject: string | null, occurrences: readonly Occurrence[]): string {
  if (subject === null) return ''
  const open = occurrences.filter(({ to }) => to === Number.POSITIVE_INFINITY)
  const found = open.filter((one) => canonicalSubject(one.subject) === subject).map((one) => one.check)
  if (found.length > 0) return `; what is found on it is ${[...new Set(found)].join(', ')}`
  const near = nearest(
    subject,
    open.filter((one) => one.check === check).map((one) => one.subject),
  )
  return near === null ? '' : `; did you mean ${near}?`
}

/** As an unmodelled statement is named: the file, and a digest of the words. */
function subjectOf({ file }: Provenance, words: string): string {
  return `${file}#${fingerprintOf('comment', words).slice(0, 8)}`
}
