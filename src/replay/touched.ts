import type { DropStmt, GrantStmt, Node, RangeVar } from 'libpg-query'
import type { RelationId } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, kindOf, type NodeKind, strings } from '../sql/node.ts'
import { digitsStandIn, isKnownButForDigits } from '../sql/stand-in.ts'
import { creationNamespace, findRelation, presumedId, searched } from './names.ts'
import type { State } from './state.ts'

const tags: Partial<Record<NodeKind, string>> = {
  AlterObjectSchemaStmt: 'ALTER ... SET SCHEMA',
  AlterOwnerStmt: 'ALTER ... OWNER TO',
  CompositeTypeStmt: 'CREATE TYPE',
  CreateEnumStmt: 'CREATE TYPE',
  CreateEventTrigStmt: 'CREATE EVENT TRIGGER',
  CreatePublicationStmt: 'CREATE PUBLICATION',
  CreateSeqStmt: 'CREATE SEQUENCE',
  CreateStmt: 'CREATE TABLE',
  CreateTrigStmt: 'CREATE TRIGGER',
  DefineStmt: 'CREATE',
  DropStmt: 'DROP',
  GrantRoleStmt: 'GRANT',
  IndexStmt: 'CREATE INDEX',
  RuleStmt: 'CREATE RULE',
  VariableSetStmt: 'SET',
  ViewStmt: 'CREATE VIEW',
}

/** What people call a statement: `CREATE TABLE`, `ALTER TABLE`, `GRANT`. */
export function commandName(node: Node): string {
  const kind = kindOf(node)
  const grant = as(node, 'GrantStmt')
  if (grant !== undefined) return grant.is_grant ? 'GRANT' : 'REVOKE'
  return (
    tags[kind] ??
    kind
      .replace('Stmt', '')
      .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
      .toUpperCase()
  )
}

/** The relations that a DDL statement may change if it runs, or null where the statement doesn't name them. */
export function touchedRelations(state: State, node: Node): readonly RelationId[] | null {
  const drop = as(node, 'DropStmt')
  if (drop !== undefined) return touchedByDrop(state, drop)
  const grant = as(node, 'GrantStmt')
  if (grant?.targtype === 'ACL_TARGET_ALL_IN_SCHEMA') return touchedByGrant(state, grant)
  const moved = as(node, 'RenameStmt')
  if (moved?.renameType === 'OBJECT_SCHEMA') return inNamespaces(state, [moved.subname ?? ''])
  const into = as(node, 'AlterObjectSchemaStmt')
  if (moved !== undefined || into !== undefined) return touchedByMove(state, node, moved ?? into ?? {})
  if (as(node, 'DropOwnedStmt') !== undefined || as(node, 'ImportForeignSchemaStmt') !== undefined)
    return null
  const named = namedRelations(state, node)
  return as(node, 'AlterTableStmt') === undefined ? named : withDependents(state, named)
}

/**
 * The same for a statement with stand-ins: null too where it may change a relation that one stands for, or what a
 * namespace holds.
 */
export function surelyTouched(state: State, node: Node): readonly RelationId[] | null {
  const grant = as(node, 'GrantStmt')
  const ofNamespace = grant?.objtype === 'OBJECT_TABLE' && grant.targtype !== 'ACL_TARGET_OBJECT'
  const drop = as(node, 'DropStmt')
  const rename = as(node, 'RenameStmt')
  const namesAll =
    namingKinds.has(kindOf(node)) ||
    ofRelations.has(drop?.removeType) ||
    ofRelations.has(rename?.renameType === 'OBJECT_COLUMN' ? rename.relationType : rename?.renameType)
  if (!namesAll || ofNamespace) return null
  return asPatterns(touchedRelations(state, node))
}

/** A star in an id stands for digits that are not known; null where more is not known. */
export function asPatterns(ids: readonly RelationId[] | null): readonly RelationId[] | null {
  if (ids === null || ids.some((id) => !isKnownButForDigits(id))) return null
  if (ids.some((id) => id.includes(digitsStandIn) && id.includes('"'))) return null
  return [...new Set(ids.map((id) => id.replaceAll(digitsStandIn, '*')))]
}

/** Statements that change the relations that they name and those that hang on them, and no other. */
const namingKinds: ReadonlySet<NodeKind> = new Set<NodeKind>([
  ...(['AlterTableStmt', 'CreatePolicyStmt', 'AlterPolicyStmt', 'CreateTrigStmt', 'IndexStmt'] as const),
  ...(['CreateStmt', 'CreateTableAsStmt', 'ViewStmt'] as const),
  ...(['GrantStmt', 'GrantRoleStmt', 'CreateRoleStmt', 'AlterRoleStmt', 'DropRoleStmt'] as const),
])
const ofRelations: ReadonlySet<DropStmt['removeType']> = new Set<DropStmt['removeType']>([
  ...(['OBJECT_POLICY', 'OBJECT_TRIGGER', 'OBJECT_RULE', 'OBJECT_INDEX', 'OBJECT_TABCONSTRAINT'] as const),
  ...(['OBJECT_TABLE', 'OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_FOREIGN_TABLE'] as const),
])

/** Every relation that stands anywhere in a statement. */
function namedRelations(state: State, node: unknown): readonly RelationId[] {
  const ids = new Set<RelationId>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('relname' in value) ids.add(idOf(state, value as RangeVar))
    for (const each of Object.values(value)) visit(each)
  }
  visit(node)
  return [...ids]
}

/** A relation that is renamed or put into another namespace, and what it is then; of an index its relation. */
function touchedByMove(
  state: State,
  node: Node,
  { relation, newname, newschema }: { relation?: RangeVar; newname?: string; newschema?: string },
): readonly RelationId[] {
  if (relation === undefined) return []
  const type = as(node, 'RenameStmt')?.renameType ?? as(node, 'AlterObjectSchemaStmt')?.objectType
  if (type === 'OBJECT_INDEX') return indexed(state, relation.schemaname, relation.relname ?? '')
  const id = idOf(state, relation)
  const before = state.relations.get(id)
  const isItself = type !== 'OBJECT_COLUMN' && ofRelations.has(type)
  const namespace = newschema ?? before?.namespace ?? creationNamespace(state, relation)
  const after = displayId(namespace, newschema === undefined ? (newname ?? '') : (relation.relname ?? ''))
  return isItself && type !== 'OBJECT_TABCONSTRAINT' ? [id, after] : withDependents(state, [id])
}

/** The relation of an index; where it is not known the name stands for it. */
function indexed(state: State, namespace: string | undefined, name: string): readonly RelationId[] {
  const candidates = searched(state, namespace).map((each) => displayId(each, name))
  const found = candidates.map((id) => state.indexes.get(id)).find((id) => id !== undefined)
  return found === undefined ? [displayId(namespace ?? creationNamespace(state, {}), name)] : [found]
}

function idOf(state: State, range: RangeVar): RelationId {
  return findRelation(state, range)?.id ?? presumedId(state, range)
}

function touchedByDrop(state: State, drop: DropStmt): readonly RelationId[] | null {
  const names = (drop.objects ?? []).map((object) =>
    strings(as(object, 'List')?.items ?? (as(object, 'String') === undefined ? [] : [object])),
  )
  const relationOf = (parts: readonly string[]) => {
    const [schemaname, relname = ''] = parts.length > 1 ? parts.slice(-2) : [undefined, parts[0]]
    return idOf(state, schemaname === undefined ? { relname } : { schemaname, relname })
  }
  switch (drop.removeType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
    case 'OBJECT_FOREIGN_TABLE':
      return withDependents(state, names.map(relationOf))
    case 'OBJECT_INDEX':
      return names.flatMap((parts) => indexed(state, parts.at(-2), parts.at(-1) ?? ''))
    case 'OBJECT_POLICY':
    case 'OBJECT_TRIGGER':
    case 'OBJECT_RULE':
      return names.map((parts) => relationOf(parts.slice(0, -1)))
    case 'OBJECT_SCHEMA':
      return inNamespaces(state, names.flat())
    default:
      return drop.behavior === 'DROP_CASCADE' ? null : []
  }
}

function touchedByGrant(state: State, { objtype, objects }: GrantStmt): readonly RelationId[] {
  return objtype === 'OBJECT_TABLE' ? inNamespaces(state, strings(objects)) : []
}

function inNamespaces(state: State, namespaces: readonly string[]): RelationId[] {
  return [...state.relations.values()].flatMap(({ id, namespace }) =>
    namespaces.includes(namespace) ? id : [],
  )
}

/** The relations, and those that hang on them: partitions, heirs, views, tables with a foreign key to them. */
function withDependents(state: State, ids: readonly RelationId[]): readonly RelationId[] {
  const all = new Set(ids)
  for (const id of all) {
    for (const { id: other, partitionOf, inherits, view, constraints } of state.relations.values()) {
      const hangs =
        partitionOf === id ||
        inherits.includes(id) ||
        view?.reads.includes(id) ||
        (ids.includes(id) && constraints.some(({ references }) => references?.relation === id))
      if (hangs) all.add(other)
    }
  }
  return [...all]
}
