import { closest, distance } from 'fastest-levenshtein'

/** The candidate that a mistyped word most likely means, or null where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null
  const candidate = closest(word, candidates)
  const near = Math.max(2, Math.ceil(Math.min(word.length, candidate.length) / 2))
  return distance(word.toLowerCase(), candidate.toLowerCase()) <= near ? candidate : null
}

/** ` Did you mean "x"?`, or the candidates themselves where none is near. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const candidate = nearest(word, candidates)
  return candidate === null ? `known are ${candidates.join(', ')}` : `did you mean "${candidate}"?`
}
