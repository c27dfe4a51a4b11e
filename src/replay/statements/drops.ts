import type { DropStmt, Node, ObjectType, RangeVar } from 'libpg-query'
import type { Relation, RelationKind } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import type { DroppedObject } from '../dependents.ts'
import { dropObjects } from '../drop.ts'
import { findRelation, presumedId, searched, typeId } from '../names.ts'
import { findRoutine, findRoutines } from '../routine-names.ts'
import { touchedRelations } from '../touched.ts'

export const dropStatements = {
  DropStmt(statement, context) {
    const drop = new Drop(statement, context)
    const resolve = resolvers[statement.removeType ?? 'OBJECT_TABLE']
    const objects = (statement.objects ?? []).flatMap((object) => resolve(drop, object) ?? [])
    if (objects.length > 0) dropObjects(context, objects, drop.cascade)
  },
} satisfies Partial<Handlers>

class Drop {
  readonly context: StatementContext
  readonly cascade: boolean
  readonly ifExists: boolean
  readonly #statement: DropStmt

  constructor(statement: DropStmt, context: StatementContext) {
    this.#statement = statement
    this.context = context
    this.cascade = statement.behavior === 'DROP_CASCADE'
    this.ifExists = statement.missing_ok ?? false
  }

  /**
   * What is not there: no effect with IF EXISTS, else the history is not whole, or the server refuses the statement and
   * drops nothing that it names.
   */
  missing(what: string): null {
    if (!this.ifExists) {
      const named = touchedRelations(this.context.state, { DropStmt: this.#statement })
      this.context.unmodelled(`no statement created ${what}`, this.cascade ? null : named)
    }
    return null
  }
}

/** The object that DROP names; null where the model has nothing to drop. */
type Resolver = (drop: Drop, object: Node) => DroppedObject | null

const nothing: Resolver = () => null

/** Of a kind that the model doesn't have, although something in it may depend on one. */
const whatDepends: Resolver = (drop) => {
  if (drop.cascade) drop.context.unmodelled('CASCADE drops what depends on it, and that is not known', null)
  return null
}

const neverDropped: Resolver = (drop) => {
  drop.context.unmodelled('DROP of an object that has no such statement', null)
  return null
}

const resolvers: Readonly<Record<ObjectType, Resolver>> = {
  OBJECT_TABLE: relation('table', 'partitioned-table'),
  OBJECT_VIEW: relation('view'),
  OBJECT_MATVIEW: relation('materialized-view'),
  OBJECT_FOREIGN_TABLE: relation('foreign-table'),
  OBJECT_INDEX: index,
  OBJECT_SEQUENCE: sequence,
  OBJECT_TYPE: type,
  OBJECT_DOMAIN: type,
  OBJECT_FUNCTION: routine,
  OBJECT_PROCEDURE: routine,
  OBJECT_ROUTINE: routine,
  OBJECT_AGGREGATE: routine,
  OBJECT_POLICY: policy,
  OBJECT_TRIGGER: relationPart('trigger', ({ triggers }) => triggers),
  OBJECT_RULE: relationPart('rule', ({ rules }) => rules),
  OBJECT_SCHEMA: namespace,
  OBJECT_EXTENSION: extension,
  OBJECT_PUBLICATION: named('publication', ({ publications }) => publications),
  OBJECT_EVENT_TRIGGER: named('event-trigger', ({ eventTriggers }) => eventTriggers),
  OBJECT_ACCESS_METHOD: whatDepends,
  OBJECT_CAST: whatDepends,
  OBJECT_COLLATION: whatDepends,
  OBJECT_FDW: whatDepends,
  OBJECT_FOREIGN_SERVER: whatDepends,
  OBJECT_LANGUAGE: whatDepends,
  OBJECT_OPCLASS: whatDepends,
  OBJECT_OPERATOR: whatDepends,
  OBJECT_OPFAMILY: whatDepends,
  OBJECT_TSCONFIGURATION: whatDepends,
  OBJECT_TSDICTIONARY: whatDepends,
  OBJECT_CONVERSION: nothing,
  OBJECT_STATISTIC_EXT: nothing,
  OBJECT_TRANSFORM: nothing,
  OBJECT_TSPARSER: nothing,
  OBJECT_TSTEMPLATE: nothing,
  OBJECT_AMOP: neverDropped,
  OBJECT_AMPROC: neverDropped,
  OBJECT_ATTRIBUTE: neverDropped,
  OBJECT_COLUMN: neverDropped,
  OBJECT_DATABASE: neverDropped,
  OBJECT_DEFACL: neverDropped,
  OBJECT_DEFAULT: neverDropped,
  OBJECT_DOMCONSTRAINT: neverDropped,
  OBJECT_LARGEOBJECT: neverDropped,
  OBJECT_PARAMETER_ACL: neverDropped,
  OBJECT_PUBLICATION_NAMESPACE: neverDropped,
  OBJECT_PUBLICATION_REL: neverDropped,
  OBJECT_ROLE: neverDropped,
  OBJECT_SUBSCRIPTION: neverDropped,
  OBJECT_TABCONSTRAINT: neverDropped,
  OBJECT_TABLESPACE: neverDropped,
  OBJECT_USER_MAPPING: neverDropped,
}

function relation(...kinds: readonly RelationKind[]): Resolver {
  return (drop, object) => {
    const { state } = drop.context
    const target = rangeOf(listed(object))
    const found = findRelation(state, target)
    if (found === undefined) return drop.missing(presumedId(state, target))
    if (kinds.includes(found.kind)) return { kind: 'relation', id: found.id }
    drop.context.unmodelled(`the server refuses to drop ${found.id} so: it is a ${found.kind}`, [found.id])
    return null
  }
}

function index({ context }: Drop, object: Node): DroppedObject | null {
  const { state } = context
  const names = listed(object)
  const name = names.at(-1) ?? ''
  const [owner] = searched(state, names.at(-2)).flatMap(
    (each) => state.indexes.get(displayId(each, name)) ?? [],
  )
  if (owner === undefined) return null
  const constraint = state.relations.get(owner)?.constraints.find((candidate) => candidate.index === name)
  if (constraint === undefined) return { kind: 'index', relation: owner, name }
  context.unmodelled(`the server refuses to drop index ${name}: a constraint of ${owner} needs it`, [owner])
  return null
}

/** The sequence of an identity column goes with its column alone. */
function sequence({ context }: Drop, object: Node): DroppedObject | null {
  const { state } = context
  const names = listed(object)
  const candidates = searched(state, names.at(-2)).map((each) => displayId(each, names.at(-1) ?? ''))
  const id = candidates.find((candidate) => state.sequences.has(candidate))
  return id === undefined ? null : { kind: 'sequence', id }
}

/** A type that no statement created may be an extension's: columns have it all the same. */
function type({ context }: Drop, object: Node): DroppedObject | null {
  const names = strings(as(object, 'TypeName')?.names)
  return names.includes('pg_catalog') ? null : { kind: 'type', id: typeId(context.state, names) }
}

function routine(drop: Drop, object: Node): DroppedObject | null {
  const { state } = drop.context
  const target = as(object, 'ObjectWithArgs') ?? {}
  const names = strings(target.objname)
  const found = findRoutine(state, target)
  const overloads = findRoutines(state, names).filter(({ namespace }) => namespace === found?.namespace)
  if (target.args_unspecified && overloads.length > 1) {
    drop.context.unmodelled(`the server refuses to drop ${names.join('.')}: it has overloads`, [])
    return null
  }
  return found === undefined ? drop.missing(names.join('.')) : { kind: 'routine', id: found.id }
}

function policy(drop: Drop, object: Node): DroppedObject | null {
  const { relation, id, name } = partOf(drop, object)
  if (relation === undefined) return drop.missing(id)
  if (!relation.policies.some((candidate) => candidate.name === name)) {
    return drop.missing(`policy ${name} of ${id}`)
  }
  return { kind: 'policy', relation: id, name }
}

function relationPart(
  kind: 'trigger' | 'rule',
  partsOf: (relation: Relation) => readonly { readonly name: string }[],
): Resolver {
  return (drop, object) => {
    const { relation, name } = partOf(drop, object)
    const exists = relation !== undefined && partsOf(relation).some((part) => part.name === name)
    return exists ? { kind, relation: relation.id, name } : null
  }
}

function namespace(drop: Drop, object: Node): DroppedObject | null {
  const { state } = drop.context
  const id = as(object, 'String')?.sval ?? ''
  return state.namespaces.has(id) ? { kind: 'namespace', id } : drop.missing(`schema ${id}`)
}

/** Which objects an extension brought is not known. */
function extension(drop: Drop, object: Node): DroppedObject | null {
  const id = as(object, 'String')?.sval ?? ''
  if (!drop.context.state.extensions.has(id)) return drop.missing(`extension ${id}`)
  whatDepends(drop, object)
  return { kind: 'extension', id }
}

function named(
  kind: 'publication' | 'event-trigger',
  mapOf: (state: StatementContext['state']) => { has(name: string): boolean },
): Resolver {
  return ({ context }, object) => {
    const id = as(object, 'String')?.sval ?? ''
    return mapOf(context.state).has(id) ? { kind, id } : null
  }
}

/** The relation and the part of it that DROP POLICY, TRIGGER or RULE names. */
function partOf({ context: { state } }: Drop, object: Node) {
  const names = listed(object)
  const target = rangeOf(names.slice(0, -1))
  const relation = findRelation(state, target)
  return { relation, id: relation?.id ?? presumedId(state, target), name: names.at(-1) ?? '' }
}

function listed(object: Node): string[] {
  return strings(as(object, 'List')?.items)
}

function rangeOf(names: readonly string[]): RangeVar {
  const schemaname = names.at(-2)
  const relname = names.at(-1) ?? ''
  return schemaname === undefined ? { relname } : { schemaname, relname }
}
