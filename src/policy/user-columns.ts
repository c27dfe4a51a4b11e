import type { Relation } from '../model/schema-model.ts'

/** The names that the column of the user has in a table of memberships, most telling first. */
const memberColumns: readonly string[] = [
  'user_id',
  'userId',
  'member_id',
  'memberId',
  'profile_id',
  'profileId',
  'auth_user_id',
]

const userColumns: ReadonlySet<string> = new Set([
  ...memberColumns,
  'owner_id',
  'ownerId',
  'created_by',
  'createdBy',
])

/** The column that by its name holds the user of a membership. */
export function memberColumn(relation: Relation): string | null {
  return memberColumns.find((column) => relation.columns.some(({ name }) => name === column)) ?? null
}

/** Whether a column by its name holds a user's id. */
export function isUserColumn(name: string): boolean {
  return userColumns.has(name)
}
