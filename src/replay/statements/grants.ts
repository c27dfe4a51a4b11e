import type { GrantStmt, RangeVar } from 'libpg-query'
import type { DefaultPrivilege } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { alterDefaultPrivileges } from '../default-privileges.ts'
import { strangerTo } from '../grantor.ts'
import { knownRelation } from '../known.ts'
import { findRelation, searched } from '../names.ts'
import { changedGrants, namedPrivileges, type PrivilegeChange } from '../privileges.ts'
import { relationWith, routineWith } from '../records.ts'
import { roleNames } from '../roles.ts'
import { findRoutine } from '../routine-names.ts'

type RoutineKind = 'function' | 'procedure' | 'aggregate'

const routineKinds: Readonly<Record<string, readonly RoutineKind[]>> = {
  OBJECT_FUNCTION: ['function', 'aggregate'],
  OBJECT_AGGREGATE: ['aggregate'],
  OBJECT_PROCEDURE: ['procedure'],
  OBJECT_ROUTINE: ['function', 'aggregate', 'procedure'],
}

const systemNamespaces = ['pg_catalog', 'information_schema']

/** GRANT and REVOKE. Privileges on databases, types, languages, foreign servers, tablespaces and parameters decide nothing here. */
export const grantStatements = {
  GrantStmt(statement, context) {
    const objects = objectsOf(statement)
    if (objects === null) return
    const change: PrivilegeChange = {
      isGrant: statement.is_grant ?? false,
      grantees: roleNames(context, statement.grantees),
      privileges: namedPrivileges(statement.privileges, objects),
      grantOption: statement.grant_option ?? false,
      strangerTo: (owner) => strangerTo(context.state, owner),
      source: context.source,
    }
    if (statement.targtype === 'ACL_TARGET_ALL_IN_SCHEMA')
      return changeAll(statement, objects, change, context)
    for (const node of statement.objects ?? []) {
      const range = as(node, 'RangeVar')
      const routine = as(node, 'ObjectWithArgs')
      const namespace = as(node, 'String')?.sval
      if (range !== undefined) changeRelation(range, change, statement, context)
      else if (namespace !== undefined) changeNamespace(namespace, change, context)
      else if (routine !== undefined) {
        const found = findRoutine(context.state, routine)
        const names = strings(routine.objname)
        if (found !== undefined) changeRoutine(found.id, change, context)
        else if (!systemNamespaces.includes(names.at(-2) ?? '')) {
          context.unmodelled(`no statement created the routine ${names.join('.')}`, [])
        }
      }
    }
  },

  AlterDefaultPrivilegesStmt(statement, context) {
    alterDefaultPrivileges(statement, context)
  },
} satisfies Partial<Handlers>

function objectsOf({ objtype = 'OBJECT_TABLE' }: GrantStmt): DefaultPrivilege['objects'] | null {
  if (objtype === 'OBJECT_TABLE') return 'tables'
  if (objtype === 'OBJECT_SEQUENCE') return 'sequences'
  if (objtype === 'OBJECT_SCHEMA') return 'schemas'
  return objtype in routineKinds ? 'routines' : null
}

/** ALL ... IN SCHEMA: what is there now; what comes later has no part in it. */
function changeAll(
  { objtype = 'OBJECT_TABLE', objects: names }: GrantStmt,
  objects: DefaultPrivilege['objects'],
  change: PrivilegeChange,
  context: StatementContext,
): void {
  const { state } = context
  const namespaces = strings(names)
  for (const namespace of namespaces) {
    if (!state.namespaces.has(namespace))
      context.unmodelled(`no statement created the schema ${namespace}`, [])
  }
  const isMeant = ({ namespace }: { readonly namespace: string }) => namespaces.includes(namespace)
  if (objects === 'tables') {
    for (const relation of [...state.relations.values()].filter(isMeant)) {
      state.put(relationWith(relation, { grants: changedGrants(relation, change) }))
    }
  } else if (objects === 'sequences') {
    for (const { id } of [...state.sequences.values()].filter(isMeant)) changeSequence(id, change, context)
  } else {
    const kinds = routineKinds[objtype] ?? []
    for (const { id, kind } of [...state.routines.values()].filter(isMeant)) {
      if (kinds.includes(kind)) changeRoutine(id, change, context)
    }
  }
}

/** A sequence may be named where a table is expected, and the other way round. */
function changeRelation(
  range: RangeVar,
  change: PrivilegeChange,
  { privileges }: GrantStmt,
  context: StatementContext,
): void {
  const { state } = context
  const relation = findRelation(state, range)
  if (relation !== undefined) {
    state.put(relationWith(relation, { grants: changedGrants(relation, change) }))
    return
  }
  const sequence = searched(state, range.schemaname)
    .map((namespace) => displayId(namespace, range.relname ?? ''))
    .find((id) => state.sequences.has(id))
  if (sequence !== undefined) {
    const meant = { ...change, privileges: namedPrivileges(privileges, 'sequences') }
    changeSequence(sequence, meant, context)
  } else if (!systemNamespaces.includes(range.schemaname ?? '') && !range.relname?.startsWith('pg_')) {
    knownRelation(context, range)
  }
}

function changeSequence(id: string, change: PrivilegeChange, { state }: StatementContext): void {
  const sequence = state.sequences.get(id)
  if (sequence === undefined) return
  state.sequences.set(id, { ...sequence, grants: changedGrants(sequence, change) })
}

function changeRoutine(id: string, change: PrivilegeChange, { state }: StatementContext): void {
  const routine = state.routines.get(id)
  if (routine === undefined) return
  state.routines.set(id, routineWith(routine, { grants: changedGrants(routine, change) }))
}

function changeNamespace(name: string, change: PrivilegeChange, context: StatementContext): void {
  const namespace = context.state.namespaces.get(name)
  if (namespace !== undefined) {
    context.state.namespaces.set(name, { ...namespace, grants: changedGrants(namespace, change) })
  } else if (!systemNamespaces.includes(name)) {
    context.unmodelled(`no statement created the schema ${name}`, [])
  }
}
