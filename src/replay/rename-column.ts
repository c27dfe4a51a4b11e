import type { ColumnRef, Node } from 'libpg-query'
import type { Relation, RelationId } from '../model/schema-model.ts'
import { as, strings } from '../sql/node.ts'
import { dotted } from './bind.ts'
import { assign, mapExpressions, mapShared } from './expressions.ts'
import { relationsThatMention } from './mentions.ts'
import { type Rewriter, rewrite } from './rewrite.ts'
import { resolveColumn, type Scope } from './scope.ts'
import type { State } from './state.ts'

/** Renames a column, in the inheriting children too, and wherever something refers to it. */
export function renameColumn(state: State, id: RelationId, from: string, to: string): void {
  const relations = withChildren(state, id, from)
  const rewriter = renamingRewriter(relations, from, to)
  const concerned = new Set([...relations].flatMap((renamed) => withMentioning(state, renamed)))
  const changed = [...concerned].flatMap((before) => {
    const isRenamed = relations.has(before.id)
    const after = mapExpressions(withTargets(before, relations, from, to), (expression, own) =>
      rewrite(
        state,
        expression,
        own ? before : null,
        own ? rewriter : { ...rewriter, targets: keepNames(rewriter) },
      ),
    )
    return isRenamed ? [withColumn(after, from, to)] : after === before ? [] : [after]
  })
  for (const relation of changed) state.put(relation)
  for (const relation of relations) renameElsewhere(state, relation, from, to)
}

function withMentioning(state: State, id: RelationId): Relation[] {
  const relation = state.relations.get(id)
  const others = relationsThatMention(state, id)
  return relation === undefined ? others : [relation, ...others]
}

function withChildren(state: State, id: RelationId, column: string): Set<RelationId> {
  const ids = new Set([id])
  for (const found of ids) {
    for (const child of state.relations.childrenOf(found)) {
      if (child.columns.some(({ name }) => name === column)) ids.add(child.id)
    }
  }
  return ids
}

function renamingRewriter(relations: ReadonlySet<RelationId>, from: string, to: string) {
  return {
    column(ref: ColumnRef, scope: Scope | null): ColumnRef {
      const fields = ref.fields ?? []
      if (as(fields.at(-1), 'String')?.sval !== from) return ref
      const found = resolveColumn(scope, ref)
      const isRenamed = found?.column === from && relations.has(found.relation.id)
      return isRenamed ? { ...ref, fields: [...fields.slice(0, -1), ...dotted(to)] } : ref
    },
  } satisfies Rewriter
}

/** A view's own columns keep their names: what took its name from the column gets it as an alias. */
function keepNames(rewriter: Required<Pick<Rewriter, 'column'>>) {
  return (targets: readonly Node[], scope: Scope): readonly Node[] =>
    mapShared(targets, (target) => {
      const value = as(target, 'ResTarget')
      const ref = as(value?.val, 'ColumnRef')
      if (ref === undefined || value?.name !== undefined || rewriter.column(ref, scope) === ref) return target
      return { ResTarget: { ...value, name: strings(ref.fields).at(-1) ?? '' } }
    })
}

/** Foreign keys of any relation that refer to the column. */
function withTargets(
  relation: Relation,
  relations: ReadonlySet<RelationId>,
  from: string,
  to: string,
): Relation {
  const constraints = mapShared(relation.constraints, (constraint) => {
    const { references } = constraint
    if (references === null || !relations.has(references.relation)) return constraint
    return assign(constraint, {
      references: assign(references, { columns: renamedIn(references.columns, from, to) }),
    })
  })
  return assign(relation, { constraints })
}

function withColumn(relation: Relation, from: string, to: string): Relation {
  const { partitionBy } = relation
  return {
    ...relation,
    columns: mapShared(relation.columns, (column) =>
      column.name === from ? { ...column, name: to } : column,
    ),
    constraints: mapShared(relation.constraints, (constraint) =>
      assign(constraint, { columns: renamedIn(constraint.columns, from, to) }),
    ),
    indexes: mapShared(relation.indexes, (index) =>
      assign(index, { keys: renamedIn(index.keys, from, to), included: renamedIn(index.included, from, to) }),
    ),
    grants: mapShared(relation.grants, (grant) =>
      assign(grant, { columns: grant.columns && renamedIn(grant.columns, from, to) }),
    ),
    partitionBy: partitionBy && assign(partitionBy, { keys: renamedIn(partitionBy.keys, from, to) }),
    view: relation.view && {
      ...relation.view,
      query: withOutputName(
        relation.view.query,
        relation.columns.findIndex(({ name }) => name === from),
        to,
      ),
    },
  }
}

function renamedIn<T>(names: readonly (T | string)[], from: string, to: string): readonly (T | string)[] {
  return mapShared(names, (name) => (name === from ? to : name))
}

/** The query of a view with its columns under the names given; where a name is missing it stays. */
export function withOutputNames(query: Node, names: readonly string[]): Node {
  return names.reduce((named, name, at) => withOutputName(named, at, name), query)
}

function withOutputName(query: Node, at: number, name: string): Node {
  const select = as(query, 'SelectStmt')
  if (select?.larg !== undefined) {
    const larg = as(withOutputName({ SelectStmt: select.larg }, at, name), 'SelectStmt')
    return larg === undefined ? query : { SelectStmt: { ...select, larg } }
  }
  const target = as(select?.targetList?.[at], 'ResTarget')
  if (select?.targetList === undefined || target === undefined) return query
  const targetList = select.targetList.with(at, { ResTarget: { ...target, name } })
  return { SelectStmt: { ...select, targetList } }
}

function renameElsewhere(state: State, id: RelationId, from: string, to: string): void {
  for (const [key, sequence] of state.sequences) {
    const { ownedBy } = sequence
    if (ownedBy?.relation === id && ownedBy.column === from) {
      state.sequences.set(key, { ...sequence, ownedBy: { relation: id, column: to } })
    }
  }
  const names = state.notNullNames.get(id)
  if (names === undefined) return
  state.notNullNames.set(
    id,
    new Map([...names].map(([column, name]) => [column === from ? to : column, name])),
  )
}
