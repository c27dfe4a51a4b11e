import { displayId } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import type { Handlers } from '../context.ts'
import { typeId } from '../names.ts'
import { ownedBy } from '../privileges.ts'
import { routineWith } from '../records.ts'
import { roleName } from '../roles.ts'
import { findRoutine } from '../routine-names.ts'

/** ALTER ... OWNER TO of what is no relation (relations are ALTER TABLE's). Owners of other objects decide nothing here. */
export const ownerStatements = {
  AlterOwnerStmt({ objectType, object, newowner }, context) {
    const { state } = context
    const owner = roleName(context, newowner)
    switch (objectType) {
      case 'OBJECT_FUNCTION':
      case 'OBJECT_PROCEDURE':
      case 'OBJECT_ROUTINE':
      case 'OBJECT_AGGREGATE': {
        const target = as(object, 'ObjectWithArgs') ?? {}
        const routine = findRoutine(state, target)
        if (routine !== undefined)
          return state.routines.set(routine.id, routineWith(routine, ownedBy(routine, owner)))
        return context.unmodelled(`no statement created the routine ${strings(target.objname).join('.')}`, [])
      }
      case 'OBJECT_SCHEMA': {
        const name = as(object, 'String')?.sval ?? ''
        const namespace = state.namespaces.get(name)
        if (namespace !== undefined)
          return state.namespaces.set(name, { ...namespace, ...ownedBy(namespace, owner) })
        return context.unmodelled(`no statement created the schema ${name}`, [])
      }
      case 'OBJECT_TYPE':
      case 'OBJECT_DOMAIN': {
        const names = strings(as(object, 'List')?.items)
        const id = typeId(state, names)
        const type = state.types.get(id)
        if (type !== undefined) return state.types.set(id, { ...type, owner })
        const relation = state.relations.get(displayId(names.at(-2) ?? 'public', names.at(-1) ?? ''))
        if (relation === undefined) context.unmodelled(`no statement created the type ${id}`, [])
        return
      }
      default:
        return
    }
  },
} satisfies Partial<Handlers>
