import type { Relation } from '../model/schema-model.ts'

/** The names that a column with a user's id usually has, most telling first. */
const userColumns: readonly string[] = [
  'user_id',
  'userId',
  'member_id',
  'memberId',
  'profile_id',
  'profileId',
  'auth_user_id',
  'owner_id',
  'ownerId',
  'created_by',
  'createdBy',
]

/** The column that by its name holds a user's id. */
export function userColumn(relation: Relation): string | null {
  return userColumns.find((column) => relation.columns.some(({ name }) => name === column)) ?? null
}

export function isUserColumn(name: string): boolean {
  return userColumns.includes(name)
}
