import type { RelationId } from './schema-model.ts'

/**
 * Whether an unmodelled statement that affects certain relations may affect one. A star outside of quotes stands for digits that
 * are not known, as in the names of partitions: `public.events_*`.
 */
export function isAffected(affects: readonly RelationId[] | null, id: RelationId): boolean {
  return affects === null || affects.some((each) => each === id || (isPattern(each) && matches(each, id)))
}

/** Whether an id stands for several, which differ in digits. */
export function isPattern(id: RelationId): boolean {
  return id.includes('*') && !id.includes('"')
}

function matches(pattern: RelationId, id: RelationId): boolean {
  const [first = '', ...pieces] = pattern.split('*')
  if (!id.startsWith(first)) return false
  let at = first.length
  for (const piece of pieces) {
    const digits = at
    while (isDigit(id.charCodeAt(at))) at++
    if (at === digits || !id.startsWith(piece, at)) return false
    at += piece.length
  }
  return at === id.length
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
