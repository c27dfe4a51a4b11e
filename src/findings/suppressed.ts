import type { Provenance } from '../model/schema-model.ts'
import { acceptedHere, canonicalSubject, type Suppression } from './suppression.ts'

/** One defect from the file that brings it to the file that mends it. Files are counted in the order of the history. */
export interface Occurrence {
  readonly check: string
  readonly subject: string
  readonly source: Provenance | null
  readonly from: number
  /** The file whose end no longer shows it; `Infinity` for none. */
  readonly to: number
}

/** A suppression where it was found. */
export interface PlacedSuppression {
  readonly suppression: Suppression
  /** The file of the history that holds it or includes the file that does. */
  readonly at: number
  readonly source: Provenance
  /** The statement that the comment stands at; null where it stands at none. */
  readonly statement: Provenance | null
}

/**
 * What a suppression accepts: the defect that stands where its file ends, or else the next one to come. So it holds beside the
 * statement, in an earlier and in a later file, and not for what comes back after it was mended.
 */
export function acceptedBy<One extends Occurrence>(
  placed: PlacedSuppression,
  occurrences: readonly One[],
): readonly One[] {
  const meant = occurrences.filter((occurrence) => isMeant(placed, occurrence))
  const standing = meant.filter(({ from, to }) => from <= placed.at && placed.at < to)
  if (standing.length > 0) return standing
  const next = Math.min(...meant.map(({ from }) => from).filter((from) => from > placed.at))
  return meant.filter(({ from }) => from === next)
}

/** What those accept together that have not expired. */
export function allAccepted<One extends Occurrence>(
  placed: readonly PlacedSuppression[],
  occurrences: readonly One[],
  today: string,
): ReadonlySet<One> {
  const holding = placed.filter(({ suppression }) => !isExpired(suppression, today))
  return new Set(holding.flatMap((one) => acceptedBy(one, occurrences)))
}

/** Whether it names the defect, wherever the two stand. */
export function isMeant(
  { suppression, statement }: PlacedSuppression,
  { check, subject, source }: Pick<Occurrence, 'check' | 'subject' | 'source'>,
): boolean {
  if (check !== suppression.check) return false
  if (suppression.subject !== null) return canonicalSubject(subject) === suppression.subject
  return check === acceptedHere && statement !== null && source !== null && isWithin(source, statement)
}

function isWithin(inner: Provenance, outer: Provenance): boolean {
  return inner.file === outer.file && inner.start >= outer.start && inner.start < outer.end
}

/** Whether its day has passed. `today`: `2027-06-30`. */
export function isExpired({ until }: Suppression, today: string): boolean {
  return until !== null && until < today
}
