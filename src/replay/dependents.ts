import type { Relation, RelationId } from '../model/schema-model.ts'
import { expressionsOf, type OwnExpression } from './expressions.ts'
import { relationsThatMention } from './mentions.ts'
import { elementType } from './moves.ts'
import { referencesOf } from './references.ts'
import type { State } from './state.ts'

/** Something that can be dropped. Parts of a relation are named within it. */
export type DroppedObject =
  | { readonly kind: 'relation' | 'routine' | 'type' | 'sequence' | 'namespace'; readonly id: string }
  | { readonly kind: 'extension' | 'publication' | 'event-trigger'; readonly id: string }
  | {
      readonly kind: 'column' | 'default' | 'constraint' | 'index' | 'policy' | 'trigger' | 'rule'
      readonly relation: RelationId
      readonly name: string
    }

/** `along`: goes with what it depends on, CASCADE or not. */
export interface Dependent {
  readonly object: DroppedObject
  readonly along: boolean
}

const needsCascade = (object: DroppedObject): Dependent => ({ object, along: false })
const goesAlong = (object: DroppedObject): Dependent => ({ object, along: true })

/** What depends on an object directly, as `pg_depend` would have it. */
export function* dependentsOf(state: State, object: DroppedObject): Generator<Dependent> {
  switch (object.kind) {
    case 'relation':
      return yield* dependentsOfRelation(state, object.id)
    case 'routine':
      return yield* dependentsOfId(state, object.id)
    case 'type':
      return yield* dependentsOfId(state, object.id)
    case 'sequence':
      return yield* dependentsOfId(state, object.id)
    case 'namespace':
      return yield* contentsOf(state, object.id)
    case 'column':
      return yield* dependentsOfColumn(state, object.relation, object.name)
    case 'constraint':
      return yield* dependentsOfConstraint(state, object.relation, object.name)
    case 'trigger':
      return yield* copiesOfTrigger(state, object.relation, object.name)
    default:
      return
  }
}

function* dependentsOfRelation(state: State, id: RelationId): Generator<Dependent> {
  for (const child of state.relations.childrenOf(id)) {
    const object = { kind: 'relation', id: child.id } as const
    yield child.partitionOf === id ? goesAlong(object) : needsCascade(object)
  }
  for (const sequence of state.sequencesByOwner.group(id)) {
    yield goesAlong({ kind: 'sequence', id: sequence.id })
  }
  yield* dependentsOfId(state, id)
  yield* referrersOfPartition(state, id)
}

/** A foreign key to a partitioned table stands on its partitions too. */
function* referrersOfPartition(state: State, id: RelationId): Generator<Dependent> {
  const parent = state.relations.get(id)?.partitionOf ?? null
  if (parent === null) return
  for (const other of relationsThatMention(state, parent)) {
    for (const { name, references } of other.constraints) {
      if (references?.relation === parent) yield needsCascade(part(other, 'constraint', name))
    }
  }
  yield* referrersOfPartition(state, parent)
}

/** What refers to a relation, routine, type or sequence. */
function* dependentsOfId(state: State, id: string): Generator<Dependent> {
  for (const relation of relationsThatMention(state, id)) {
    if (relation.id !== id) yield* partsThatMention(state, relation, id)
  }
  const inSql = state.routinesInSql
    .group('sql')
    .filter(({ sqlBody }) => sqlBody?.some((body) => referencesOf(state, body, null).ids.has(id)))
  for (const routine of new Set([...state.routinesByType.group(id), ...inSql])) {
    if (routine.id !== id) yield needsCascade({ kind: 'routine', id: routine.id })
  }
  for (const type of state.types.values()) {
    if (type.id !== id && type.baseType !== null && elementType(type.baseType) === id) {
      yield needsCascade({ kind: 'type', id: type.id })
    }
  }
  for (const trigger of state.eventTriggers.values()) {
    if (trigger.routine === id) yield needsCascade({ kind: 'event-trigger', id: trigger.name })
  }
}

function* partsThatMention(state: State, relation: Relation, id: string): Generator<Dependent> {
  for (const constraint of relation.constraints) {
    if (constraint.references?.relation === id)
      yield needsCascade(part(relation, 'constraint', constraint.name))
  }
  for (const column of relation.columns) {
    if (elementType(column.type) === id) yield needsCascade(columnOf(relation, column.name))
  }
  for (const trigger of relation.triggers) {
    if (trigger.routine === id) yield needsCascade(part(relation, 'trigger', trigger.name))
  }
  for (const own of expressionsOf(relation)) {
    if (referencesOf(state, own.expression, own.holder === 'view' ? null : relation).ids.has(id)) {
      yield needsCascade(holderOf(relation, own))
    }
  }
}

function* dependentsOfColumn(state: State, id: RelationId, column: string): Generator<Dependent> {
  const relation = state.relations.get(id)
  if (relation === undefined) return
  for (const constraint of relation.constraints) {
    if (constraint.columns.includes(column)) yield goesAlong(part(relation, 'constraint', constraint.name))
  }
  for (const index of relation.indexes) {
    if ([...index.keys, ...index.included].includes(column))
      yield goesAlong(part(relation, 'index', index.name))
  }
  for (const own of expressionsOf(relation)) {
    if (own.holder === 'view') continue
    const { ownColumns } = referencesOf(state, own.expression, relation)
    if (!ownColumns.has(column) || (own.holder === 'column' && own.name === column)) continue
    const along = own.holder === 'constraint' || own.holder === 'index'
    yield { object: holderOf(relation, own), along }
  }
  for (const sequence of state.sequencesByOwner.group(id)) {
    if (sequence.ownedBy?.column === column) yield goesAlong({ kind: 'sequence', id: sequence.id })
  }
  for (const child of state.relations.childrenOf(id)) {
    if (isOnlyInherited(state, child, column, id)) yield goesAlong(columnOf(child, column))
  }
  for (const other of relationsThatMention(state, id)) {
    if (other.id === id) continue
    for (const { name, references } of other.constraints) {
      if (references?.relation === id && references.columns.includes(column)) {
        yield needsCascade(part(other, 'constraint', name))
      }
    }
    for (const own of expressionsOf(other)) {
      const { columns, ids, uncertainColumns } = referencesOf(
        state,
        own.expression,
        own.holder === 'view' ? null : other,
      )
      const uncertain = ids.has(id) && uncertainColumns.has(column)
      if (uncertain || columns.get(id)?.has(column)) yield needsCascade(holderOf(other, own))
    }
  }
}

function isOnlyInherited(state: State, child: Relation, column: string, parent: RelationId): boolean {
  const inherited = child.columns.find(({ name }) => name === column)?.inherited ?? false
  const others = child.inherits.filter((id) => id !== parent).map((id) => state.relations.get(id))
  return inherited && !others.some((other) => other?.columns.some(({ name }) => name === column))
}

function* dependentsOfConstraint(state: State, id: RelationId, name: string): Generator<Dependent> {
  const relation = state.relations.get(id)
  const constraint = relation?.constraints.find((candidate) => candidate.name === name)
  if (relation === undefined || constraint === undefined) return
  for (const child of state.relations.childrenOf(id)) {
    const inherited = child.constraints.find((candidate) =>
      constraint.kind === 'check'
        ? candidate.kind === 'check' && candidate.name === name && !constraint.noInherit
        : child.partitionOf === id &&
          candidate.kind === constraint.kind &&
          sameColumns(candidate.columns, constraint.columns) &&
          candidate.references?.relation === constraint.references?.relation,
    )
    if (inherited !== undefined) yield goesAlong(part(child, 'constraint', inherited.name))
  }
  if (constraint.kind !== 'primary-key' && constraint.kind !== 'unique') return
  const twin = relation.constraints.some(
    (other) =>
      other !== constraint &&
      (other.kind === 'primary-key' || other.kind === 'unique') &&
      sameColumns(other.columns, constraint.columns),
  )
  if (twin) return
  for (const other of relationsThatMention(state, id)) {
    for (const { name, references } of other.constraints) {
      if (references?.relation === id && sameColumns(references.columns, constraint.columns)) {
        yield needsCascade(part(other, 'constraint', name))
      }
    }
  }
}

/** A row trigger of a partitioned table stands on its partitions too. */
function* copiesOfTrigger(state: State, id: RelationId, name: string): Generator<Dependent> {
  const trigger = state.relations.get(id)?.triggers.find((candidate) => candidate.name === name)
  for (const child of state.relations.childrenOf(id)) {
    const copied = child.triggers.some((own) => own.name === name && own.routine === trigger?.routine)
    if (copied && trigger?.forEachRow && child.partitionOf === id)
      yield goesAlong(part(child, 'trigger', name))
  }
}

function sameColumns(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((column) => other.includes(column))
}

function* contentsOf(state: State, namespace: string): Generator<Dependent> {
  const kinds = [
    ['relation', state.relations],
    ['routine', state.routines],
    ['type', state.types],
    ['sequence', state.sequences],
  ] as const
  for (const [kind, objects] of kinds) {
    for (const object of objects.values()) {
      if (object.namespace === namespace) yield needsCascade({ kind, id: object.id })
    }
  }
  for (const extension of state.extensions.values()) {
    if (extension.namespace === namespace) yield needsCascade({ kind: 'extension', id: extension.name })
  }
}

function holderOf(relation: Relation, { holder, name }: OwnExpression): DroppedObject {
  switch (holder) {
    case 'view':
    case 'partition key':
      return { kind: 'relation', id: relation.id }
    case 'column':
      return relation.columns.some((column) => column.name === name && column.generated !== null)
        ? columnOf(relation, name)
        : part(relation, 'default', name)
    default:
      return part(relation, holder, name)
  }
}

/** A column of a view can't go alone: the view does. */
function columnOf(relation: Relation, name: string): DroppedObject {
  return relation.view === null ? part(relation, 'column', name) : { kind: 'relation', id: relation.id }
}

function part(
  relation: Relation,
  kind: Extract<DroppedObject, { readonly relation: RelationId }>['kind'],
  name: string,
): DroppedObject {
  return { kind, relation: relation.id, name }
}

/** `policy tenant_isolation on public.invoices`, as messages name it. */
export function describeObject(object: DroppedObject): string {
  if (!('relation' in object)) return `${kindNames[object.kind]} ${object.id}`
  return `${kindNames[object.kind]} ${object.name} of ${object.relation}`
}

const kindNames: { readonly [K in DroppedObject['kind']]: string } = {
  relation: 'relation',
  routine: 'function',
  type: 'type',
  sequence: 'sequence',
  namespace: 'schema',
  extension: 'extension',
  publication: 'publication',
  'event-trigger': 'event trigger',
  column: 'column',
  default: 'the default of column',
  constraint: 'constraint',
  index: 'index',
  policy: 'policy',
  trigger: 'trigger',
  rule: 'rule',
}
