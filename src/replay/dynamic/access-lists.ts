import type { Grant, RoleName } from '../../model/schema-model.ts'
import { roleReference } from './objects.ts'
import { Grantee, migrationRole, Row, RowSet, type Value } from './value.ts'

interface Owned {
  readonly owner: RoleName | null
  readonly grants: readonly Grant[]
}

/** The oid of who owns an object. */
export function ownerOf({ owner }: Pick<Owned, 'owner'>): Value {
  return owner === null ? migrationRole : roleReference(owner)
}

/** The access list of an object, or of one of its columns, as the rows that `aclexplode` makes of it. */
export function accessList(object: Owned, column: string | null = null): RowSet {
  const { owner, grants } = object
  const listed = grants.filter(({ columns }) =>
    column === null ? columns === null : columns?.includes(column) === true,
  )
  const granted = listed.map(({ grantee, privilege, grantable }) => ({
    row: rowOf(object, granteeOf(grantee, owner), privilege.toUpperCase(), grantable),
    isSure: true,
    isDoubtful: false,
  }))
  if (column !== null) return new RowSet(granted)
  const own = { row: rowOf(object, ownerOf(object), 'SELECT', false), isSure: false, isDoubtful: false }
  return new RowSet([...granted, own])
}

function granteeOf(grantee: RoleName, owner: RoleName | null): Value {
  if (grantee === 'public') return 0
  return owner === null ? new Grantee(grantee) : roleReference(grantee)
}

function rowOf(object: Owned, grantee: Value, privilege: string, isGrantable: boolean): Row {
  const fields: [string, Value][] = [
    ['grantor', ownerOf(object)],
    ['grantee', grantee],
    ['privilege_type', privilege],
    ['is_grantable', isGrantable],
  ]
  return new Row(new Map(fields), false)
}
