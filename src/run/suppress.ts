import type { Finding } from '../findings/finding.ts'
import { fingerprintOf } from '../findings/fingerprint.ts'
import { acceptedBy, allAccepted, isExpired, isMeant, type Occurrence } from '../findings/suppressed.ts'
import { type Complaint, complaintFinding, expired, misspelt, unused } from './complaints.ts'
import { findingOf } from './findings-of.ts'
import type { Life } from './lifecycle.ts'
import type { LoadedHistory } from './load-history.ts'
import { Occurrences } from './occurrences.ts'
import type { Severities } from './severities.ts'
import { type Suppressions, suppressionsOf } from './suppressions.ts'

/** What a run sees, before anything of it is accepted. */
export interface Seen {
  /** The migrations that were read; null where none were. */
  readonly loaded: LoadedHistory | null
  /** The defects to be told. */
  readonly lives: readonly Life[]
  /** What replaying the whole history tells; asked for where it matters. */
  readonly whole: () => readonly Life[]
  /** Whether a database is what is looked at. */
  readonly isDatabase: boolean
  /** Whether the run sees all that a check finds there, and so may say that it does not find something. */
  readonly sees: (check: string) => boolean
  /** Whether it is for this run to tell of comments that accept what the check does not find. */
  readonly answersFor: (check: string) => boolean
  readonly severities: Severities
}

/** A finding, and which one of its fingerprint it is, from 1. */
export interface Told {
  readonly finding: Finding
  readonly ordinal: number
}

export interface SuppressOptions {
  /** Whether it matters how often a fingerprint occurred. */
  readonly counts: (fingerprint: string) => boolean
  /** `2027-06-30` */
  readonly today: string
}

/** Takes out what comments accept, and tells of comments that accept nothing. */
export function suppress(
  seen: Seen,
  options: SuppressOptions,
): { readonly told: readonly Told[]; readonly suppressed: number } {
  const { lives, severities, loaded } = seen
  const comments = new Comments(seen, options)
  const on = lives.flatMap((life) => {
    const severity = severities.of(life.defect.check, life.file)
    return severity === 'off' ? [] : [{ life, severity }]
  })
  const kept = on.filter(({ life }) => !comments.accept(life))
  const isPartial = loaded === null || loaded.asked !== null
  return {
    told: [
      ...kept.map(({ life, severity }) => ({
        finding: findingOf(life, severity, isPartial),
        ordinal: comments.ordinalOf(life),
      })),
      ...comments.complaints(kept.map(({ life }) => life)).flatMap((complaint) => {
        const finding = complaintFinding(complaint, comments.fileAt(complaint.at), severities)
        return finding === null ? [] : [{ finding, ordinal: 1 }]
      }),
    ],
    suppressed: on.length - kept.length,
  }
}

/** The comments of a history, held against its defects. */
class Comments {
  readonly #seen: Seen
  readonly #today: string
  readonly #files: readonly string[]
  readonly #suppressions: Suppressions
  readonly #occurrences: Occurrences
  readonly #accepted: ReadonlySet<Occurrence>

  constructor(seen: Seen, { counts, today }: SuppressOptions) {
    const { loaded, lives, whole } = seen
    this.#seen = seen
    this.#today = today
    this.#files = loaded?.history.files.map(({ file }) => file) ?? []
    this.#suppressions = suppressionsOf(loaded?.migrations ?? [])
    const { placed } = this.#suppressions
    const isConcerned = ({ defect: { check, found } }: Life) =>
      counts(fingerprintOf(check.id, found.subject)) ||
      placed.some((one) => isMeant(one, { ...found, check: check.id }))
    const matters = placed.some(({ at }) => this.#isAsked(at)) || lives.some(isConcerned)
    this.#occurrences = new Occurrences(matters ? whole() : [], lives, this.#files)
    this.#accepted = allAccepted(placed, this.#occurrences.all, today)
  }

  accept(life: Life): boolean {
    return this.#accepted.has(this.#occurrences.of(life))
  }

  ordinalOf(life: Life): number {
    return this.#occurrences.ordinalOf(life)
  }

  fileAt(at: number): string | null {
    return this.#files[at] ?? null
  }

  /** What is wrong with them. `told`: the defects that stay. */
  complaints(told: readonly Life[]): readonly Complaint[] {
    const { placed, misspelt: unread } = this.#suppressions
    const { all } = this.#occurrences
    const shown = new Set(told.map((life) => this.#occurrences.of(life)))
    const isOpen = (occurrence: Occurrence) =>
      occurrence.to === Number.POSITIVE_INFINITY && !this.#accepted.has(occurrence)
    return [
      ...unread.filter(({ at }) => this.#isJudged(at, 'suppression-invalid')).map(misspelt),
      ...placed.flatMap((one) => {
        const meant = acceptedBy(one, all)
        const isJudged = this.#isJudged(one.at, one.suppression.check)
        if (meant.length === 0) return isJudged ? [unused(one, all)] : []
        const isOver = isExpired(one.suppression, this.#today)
        const isTold = meant.some((occurrence) => isOpen(occurrence) && (isJudged || shown.has(occurrence)))
        return isOver && isTold ? [expired(one)] : []
      }),
    ]
  }

  #isJudged(at: number, check: string): boolean {
    return this.#isAsked(at) && this.#seen.answersFor(check)
  }

  #isAsked(at: number): boolean {
    const asked = this.#seen.loaded?.asked ?? null
    return asked === null || asked.has(this.#files[at] ?? '')
  }
}
