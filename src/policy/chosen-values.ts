import type { Expression, Index, Relation } from '../model/schema-model.ts'
import { type NodeOf, strings, walk } from '../sql/node.ts'
import { foreignKeys } from './category.ts'

/** Types whose values people write; those of the others are counted up, drawn or taken from a clock. */
const written: readonly string[] = [
  'text',
  'character varying',
  'character',
  'citext',
  'date',
  'inet',
  'cidr',
]

/** Last words of names of what is made up by a program, and is nothing that two tenants would choose. */
const madeUp: ReadonlySet<string> = new Set(
  'digest fingerprint hash id key nonce secret sha256 sid state token uid uuid'.split(' '),
)

/** The columns of an index; null where an expression in it has none. */
export function columnsOf({ keys }: Index): readonly string[] | null {
  const columns = keys.map((key) => (typeof key === 'string' ? [key] : columnsIn(key)))
  return columns.some((found) => found.length === 0) ? null : columns.flat()
}

function columnsIn(expression: Expression): string[] {
  const found: string[] = []
  walk(expression, (kind, value) => {
    if (kind === 'ColumnRef') found.push(strings((value as NodeOf<'ColumnRef'>).fields).at(-1) ?? '')
    return true
  })
  return found
}

/** Whether a column holds what somebody chose or knows: a name, an address, a day. Not what refers to another row. */
export function holdsChosenValues(relation: Relation, name: string): boolean {
  const column = relation.columns.find((one) => one.name === name)
  if (column === undefined || column.default !== null || column.identity !== null) return false
  const plain = column.type.split('(')[0] ?? ''
  const isReference = foreignKeys(relation).some(({ columns }) => columns.includes(name))
  return written.includes(plain) && !isReference && !madeUp.has(lastWord(name))
}

/** `id` of `device_id` and of `deviceId`. */
function lastWord(name: string): string {
  return name.match(/[A-Z]?[a-z0-9]+$|[A-Z]+$/)?.[0].toLowerCase() ?? name
}
