import { isRelationNameTaken } from './names.ts'
import type { State } from './state.ts'

/** The longest identifier in bytes: NAMEDATALEN - 1. */
const maximum = 63

/** An identifier as the server keeps it, cut to 63 bytes. */
export function clipIdentifier(text: string, bytes: number = maximum): string {
  if (Buffer.byteLength(text) <= bytes) return text
  let kept = ''
  let length = 0
  for (const character of text) {
    length += Buffer.byteLength(character)
    if (length > bytes) break
    kept += character
  }
  return kept
}

/** `name1_name2_label`, the longer of the two names cut until it fits: PostgreSQL's makeObjectName. */
function makeObjectName(name1: string, name2: string | null, label: string): string {
  const available = maximum - label.length - 1 - (name2 === null ? 0 : 1)
  let length1 = Buffer.byteLength(name1)
  let length2 = Buffer.byteLength(name2 ?? '')
  while (length1 + length2 > available) {
    if (length1 > length2) length1--
    else length2--
  }
  const parts = [clipIdentifier(name1, length1)]
  if (name2 !== null) parts.push(clipIdentifier(name2, length2))
  return [...parts, label].join('_')
}

function firstFree(
  name1: string,
  name2: string | null,
  label: string,
  taken: (name: string) => boolean,
): string {
  for (let pass = 0; ; pass++) {
    const name = makeObjectName(name1, name2, pass === 0 ? label : `${label}${pass}`)
    if (!taken(name)) return name
  }
}

/**
 * The name that the server gives a constraint without an index: `invoices_tenant_id_fkey`. `others` are names given
 * in the same statement.
 */
export function chooseConstraintName(
  state: State,
  namespace: string,
  relation: string,
  column: string | null,
  label: 'check' | 'fkey' | 'not_null',
  others: ReadonlySet<string> = new Set(),
): string {
  return firstFree(
    relation,
    column,
    label,
    (name) => others.has(name) || state.relations.hasConstraint(namespace, name),
  )
}

/** The name that the server gives a sequence, an index (`idx`), or the index behind a constraint. */
export function chooseRelationName(
  state: State,
  namespace: string,
  relation: string,
  column: string | null,
  label: 'seq' | 'idx' | 'pkey' | 'key' | 'excl',
): string {
  const ofConstraint = label === 'pkey' || label === 'key' || label === 'excl'
  return firstFree(
    relation,
    column,
    label,
    (name) =>
      isRelationNameTaken(state, namespace, name) ||
      (ofConstraint && state.relations.hasConstraint(namespace, name)),
  )
}

/** The columns' share of a generated name: `a_b`, duplicates numbered as the server numbers index columns. */
export function columnsInName(columns: readonly string[]): string {
  const distinct: string[] = []
  for (const column of columns) {
    let name = column
    for (let pass = 1; distinct.includes(name); pass++) {
      name = `${clipIdentifier(column, maximum - String(pass).length)}${pass}`
    }
    distinct.push(name)
  }
  return clipIdentifier(distinct.join('_'))
}
