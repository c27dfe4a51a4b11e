import type { Relation, RelationId } from '../../model/schema-model.ts'
import { foreignKeys } from '../../policy/category.ts'
import { isSameName, tenantKeyRank } from '../../policy/tenant-key-names.ts'
import { isUserColumn } from '../../policy/user-columns.ts'

/** A column that may be the one that names the tenant. */
export interface KeyCandidate {
  readonly column: string
  /** How many tables have it, and how many refer by it to `relation`. */
  readonly tables: number
  readonly referring: number
  /** What most foreign keys of the column refer to. */
  readonly relation: RelationId | null
  /** Whether the name is one that tenant keys usually have. */
  readonly isUsual: boolean
}

const ofUsers = /^(?:users?|profiles?|members?|people|persons?)$/i

/**
 * Columns of usual names, and those by which at least a fifth of the tables refer to one table, unless it is that of the users. The most
 * telling first.
 */
export function tenantKeyCandidates(tables: readonly Relation[]): KeyCandidate[] {
  const counts = new Map<string, { tables: number; targets: Map<RelationId, number> }>()
  for (const table of tables) {
    for (const { name } of table.columns) {
      const count = counts.get(name) ?? { tables: 0, targets: new Map() }
      count.tables++
      counts.set(name, count)
    }
    for (const { columns, references } of foreignKeys(table)) {
      const [column] = columns
      if (columns.length !== 1 || column === undefined || references === null) continue
      const targets = counts.get(column)?.targets
      targets?.set(references.relation, (targets.get(references.relation) ?? 0) + 1)
    }
  }
  const fewest = Math.max(2, tables.length / 5)
  return [...counts]
    .map(([column, count]): KeyCandidate => {
      const [relation, referring] = [...count.targets].sort(([, a], [, b]) => b - a)[0] ?? [null, 0]
      const isUsual = tenantKeyRank(column) !== undefined
      return { column, tables: count.tables, referring, relation, isUsual }
    })
    .filter((one) => one.isUsual || (one.referring >= fewest && !isOfUsers(one)))
    .sort(
      (a, b) =>
        Number(b.isUsual) - Number(a.isUsual) ||
        (a.isUsual ? b.tables - a.tables : b.referring - a.referring) ||
        (tenantKeyRank(a.column) ?? 0) - (tenantKeyRank(b.column) ?? 0),
    )
}

function isOfUsers({ column, relation }: KeyCandidate): boolean {
  return isUserColumn(column) || ofUsers.test(relation?.slice(relation.indexOf('.') + 1) ?? '')
}

/**
 * Whether a column is the tenant key beyond doubt: a fifth of the tables have it, and no other has twice as many. Of names that differ in
 * their spelling alone one stands for the other.
 */
export function isEvident(own: KeyCandidate, candidates: readonly KeyCandidate[], tables: number): boolean {
  const rivals = candidates.filter(({ column }) => !isSameName(column, own.column))
  return own.tables * 5 >= tables && rivals.every((rival) => rival.tables <= own.tables * 2)
}
