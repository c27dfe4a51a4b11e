import type { RelationPart } from '../checks/define-check.ts'
import type { Relation } from '../model/schema-model.ts'

/** What two records of a relation have different, as far as anything is judged by it. */
export interface RelationChange {
  /** Whether the relation itself may be judged otherwise. */
  readonly judged: boolean
  /** Whether nothing but its policies and flags is other than it was, as far as it may be judged otherwise. */
  readonly amended: boolean
  /** Whether an expression that reads the relation may mean another thing. */
  readonly read: boolean
  readonly parts: readonly RelationPart[]
}

/** Of which columns by name something hangs: a verdict on the relation itself, the meaning of what reads it. */
export interface TellingColumns {
  readonly own: (column: string) => boolean
  readonly read: (column: string) => boolean
}

/** Which fields are parts of their own. */
const isPart: Readonly<Record<keyof Relation, boolean>> = {
  id: false,
  namespace: false,
  name: false,
  kind: false,
  persistence: false,
  owner: true,
  columns: true,
  constraints: true,
  indexes: true,
  rowSecurityEnabled: false,
  rowSecurityForced: false,
  policies: false,
  triggers: true,
  rules: true,
  grants: true,
  partitionOf: false,
  partitionBy: true,
  inherits: false,
  view: false,
  origin: false,
  source: false,
  rowSecurityEnabledSource: false,
  rowSecurityForcedSource: false,
} satisfies Record<RelationPart, true> & Record<Exclude<keyof Relation, RelationPart>, false>

const fields = Object.keys(isPart) as readonly (keyof Relation)[]

/** How a relation changed from one record to another; undefined where it wasn't or isn't there. */
export function relationChange(
  one: Relation | undefined,
  other: Relation | undefined,
  telling: TellingColumns,
): RelationChange {
  if (one === undefined || other === undefined) {
    return { judged: one !== other, amended: false, read: one !== other, parts: [] }
  }
  const columns = changedOf(one.columns, other.columns)
  const isEmpty = one.columns.length === 0 || other.columns.length === 0
  const isTold = (tells: (column: string) => boolean) =>
    columns.length > 0 && (isEmpty || columns.some(({ name }) => tells(name)))
  const changed = fields.filter((field) => one[field] !== other[field])
  const constraints = changedOf(one.constraints, other.constraints)
  const isOwnTold =
    isTold(telling.own) || constraints.some((constraint) => constraint.columns.some(telling.own))
  return {
    judged: isOwnTold || !changed.every(isRelationPart),
    amended: !isOwnTold && changed.every(isAmendment),
    read:
      one.kind !== other.kind ||
      one.view !== other.view ||
      one.constraints !== other.constraints ||
      isTold(telling.read),
    parts: changed.filter(isRelationPart),
  }
}

/** Whether another value leaves each policy that is still there what it was. */
function isAmendment(field: keyof Relation): boolean {
  if (isRelationPart(field)) return field !== 'constraints'
  return field === 'policies' || field.startsWith('rowSecurity')
}

function isRelationPart(field: keyof Relation): field is RelationPart {
  return isPart[field]
}

/** What stands between what both lists begin with and what both end with. */
function changedOf<T>(some: readonly T[], others: readonly T[]): readonly T[] {
  if (some === others) return []
  const shorter = Math.min(some.length, others.length)
  let from = 0
  while (from < shorter && some[from] === others[from]) from++
  let [end, otherEnd] = [some.length, others.length]
  while (end > from && otherEnd > from && some[end - 1] === others[otherEnd - 1]) {
    end--
    otherEnd--
  }
  return [...some.slice(from, end), ...others.slice(from, otherEnd)]
}
