import type { Node } from 'libpg-query'
import type { Sequence } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { creationNamespace, findRelation, isRelationNameTaken, searched } from '../names.ts'
import { initialGrants } from '../privileges.ts'

export const sequenceStatements = {
  CreateSeqStmt({ sequence: target = {}, options, if_not_exists }, context) {
    const { state, source } = context
    const namespace = creationNamespace(state, target)
    const name = target.relname ?? ''
    const id = displayId(namespace, name)
    if (isRelationNameTaken(state, namespace, name)) {
      if (!if_not_exists) context.unmodelled(`the relation ${id} exists already`, [])
      return
    }
    const ownedBy = ownerColumn(context, options) ?? null
    const grants = initialGrants(state, 'sequences', namespace)
    state.sequences.set(id, { id, namespace, name, ownedBy, owner: state.session.role, grants, source })
  },

  AlterSeqStmt({ sequence: target = {}, options, missing_ok }, context) {
    const { state } = context
    const id = searched(state, target.schemaname)
      .map((namespace) => displayId(namespace, target.relname ?? ''))
      .find((candidate) => state.sequences.has(candidate))
    const sequence = id === undefined ? undefined : state.sequences.get(id)
    if (sequence === undefined) {
      if (!missing_ok) context.unmodelled(`no statement created the sequence ${target.relname}`, [])
      return
    }
    const ownedBy = ownerColumn(context, options)
    if (ownedBy !== undefined) state.sequences.set(sequence.id, { ...sequence, ownedBy })
  },
} satisfies Partial<Handlers>

/** The column of OWNED BY, null for OWNED BY NONE, undefined where the option isn't there. */
function ownerColumn(
  { state }: StatementContext,
  options: readonly Node[] | undefined,
): Sequence['ownedBy'] | undefined {
  const option = (options ?? []).find((node) => as(node, 'DefElem')?.defname === 'owned_by')
  if (option === undefined) return undefined
  const names = strings(as(as(option, 'DefElem')?.arg, 'List')?.items)
  if (names.length < 2) return null
  const [relname = '', column = ''] = names.slice(-2)
  const schemaname = names.at(-3)
  const relation = findRelation(state, schemaname === undefined ? { relname } : { schemaname, relname })
  return relation === undefined ? null : { relation: relation.id, column }
}
