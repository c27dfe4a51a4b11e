import type { Relation, Sequence } from '../../../model/schema-model.ts'
import { displayId } from '../../../sql/identifiers.ts'
import type { State } from '../../state.ts'
import { accessList, ownerOf } from '../access-lists.ts'
import { ObjectReference, unknown } from '../value.ts'
import {
  askedIds,
  askedTexts,
  type Fields,
  type Hints,
  isDoubtful,
  possibleRelations,
  possibleRow,
  type RelationColumns,
  relationsAsked,
  type Source,
  type SourceRow,
  sureRow,
} from './rows.ts'

const kinds: Readonly<Record<Relation['kind'], string>> = {
  table: 'r',
  'partitioned-table': 'p',
  view: 'v',
  'materialized-view': 'm',
  'foreign-table': 'f',
}

const persistences: Readonly<Record<Relation['persistence'], string>> = {
  permanent: 'p',
  unlogged: 'u',
  temporary: 't',
}

/** Rows of a catalog that has one for each relation of some kinds. */
function relationSource(
  columns: RelationColumns,
  kindsOf: readonly Relation['kind'][] | null,
  fieldsOf: (relation: Relation, state: State) => Fields,
  possible: Fields = {},
): Source {
  return (state, hints) => {
    const rows: SourceRow[] = []
    for (const relation of relationsAsked(state, hints, columns)) {
      if (kindsOf?.includes(relation.kind) === false) continue
      rows.push(sureRow(fieldsOf(relation, state), isDoubtful(state, relation)))
    }
    for (const { id, namespace, name } of possibleRelations(state, hints, columns, false)) {
      rows.push(
        possibleRow({
          ...possible,
          ...(columns.oid === undefined || id === null
            ? {}
            : { [columns.oid]: new ObjectReference('relation', id) }),
          ...(columns.name === undefined ? {} : { [columns.name]: name }),
          ...(columns.namespace === undefined ? {} : { [columns.namespace]: namespace }),
          ...(columns.namespaceOid === undefined
            ? {}
            : { [columns.namespaceOid]: new ObjectReference('namespace', namespace) }),
        }),
      )
    }
    return rows
  }
}

const classColumns = { oid: 'oid', name: 'relname', namespaceOid: 'relnamespace' }

const tablesAndViews = relationSource(classColumns, null, (relation) => ({
  oid: new ObjectReference('relation', relation.id),
  relname: relation.name,
  relnamespace: new ObjectReference('namespace', relation.namespace),
  relkind: kinds[relation.kind],
  relpersistence: persistences[relation.persistence],
  relispartition: relation.partitionOf !== null,
  relrowsecurity: relation.rowSecurityEnabled,
  relforcerowsecurity: relation.rowSecurityForced,
  relowner: ownerOf(relation),
  relacl: accessList(relation),
}))

function otherClass(namespace: string, name: string, relkind: string, more: Fields = {}): SourceRow {
  return sureRow({
    ...more,
    oid: new ObjectReference('relation', displayId(namespace, name)),
    relname: name,
    relnamespace: new ObjectReference('namespace', namespace),
    relkind,
    relispartition: relkind === 'I' ? unknown : false,
    relrowsecurity: false,
    relforcerowsecurity: false,
  })
}

function* sequencesAndIndexes(state: State, hints: Hints): Generator<SourceRow> {
  const ids = askedIds(hints, 'oid')
  if (ids !== null) {
    for (const id of ids) yield* classById(state, id)
    return
  }
  const names = askedTexts(hints, 'relname')
  const relkinds = askedTexts(hints, 'relkind')
  const isAsked = (name: string) => names?.includes(name) !== false
  if (relkinds?.includes('S') !== false) {
    for (const sequence of state.sequences.values()) {
      if (isAsked(sequence.name)) yield sequenceClass(sequence)
    }
  }
  if (relkinds?.includes('c') !== false) {
    for (const { namespace, name, kind } of state.types.values()) {
      if (kind === 'composite' && isAsked(name)) yield otherClass(namespace, name, 'c')
    }
  }
  if (relkinds?.some((kind) => kind === 'i' || kind === 'I') === false) return
  for (const relation of state.relations.values()) {
    for (const { name } of relation.indexes) if (isAsked(name)) yield indexClass(relation, name)
  }
}

function* classById(state: State, id: string): Generator<SourceRow> {
  const sequence = state.sequences.get(id)
  if (sequence !== undefined) yield sequenceClass(sequence)
  const type = state.types.get(id)
  if (type?.kind === 'composite') yield otherClass(type.namespace, type.name, 'c')
  const relation = state.relations.get(state.indexes.get(id) ?? '')
  const index = relation?.indexes.find(({ name }) => displayId(relation.namespace, name) === id)
  if (relation !== undefined && index !== undefined) yield indexClass(relation, index.name)
}

function sequenceClass(sequence: Sequence): SourceRow {
  const more = { relowner: ownerOf(sequence), relacl: accessList(sequence) }
  return otherClass(sequence.namespace, sequence.name, 'S', more)
}

function indexClass({ namespace, kind }: Relation, name: string): SourceRow {
  return otherClass(namespace, name, kind === 'partitioned-table' ? 'I' : 'i')
}

const inheritance: Source = (state, hints) => {
  const rows: SourceRow[] = []
  const parents = askedIds(hints, 'inhparent')
  const children = askedIds(hints, 'inhrelid')
  const candidates =
    parents !== null
      ? parents.flatMap((parent) => state.relations.childrenOf(parent))
      : relationsAsked(state, hints, { oid: 'inhrelid' })
  for (const { id, partitionOf, inherits } of candidates) {
    for (const parent of partitionOf === null ? inherits : [partitionOf]) {
      const fields = {
        inhrelid: new ObjectReference('relation', id),
        inhparent: new ObjectReference('relation', parent),
      }
      rows.push(sureRow(fields, state.announced.has(id)))
    }
  }
  if (children !== null) {
    for (const id of children) {
      for (const parent of announcedWith(state, id)) {
        if (parent !== id) rows.push(inheritanceRow(id, parent, state.relations.has(id)))
      }
    }
    return rows
  }
  for (const id of parents ?? []) {
    for (const child of announcedWith(state, id)) {
      if (state.relations.has(child)) continue
      rows.push(inheritanceRow(child, id, false))
    }
  }
  if (parents === null) rows.push(possibleRow({ inhrelid: new ObjectReference('other', 'index') }))
  return rows
}

function inheritanceRow(child: string, parent: string, isDoubtful: boolean): SourceRow {
  return possibleRow(
    {
      inhrelid: new ObjectReference('relation', child),
      inhparent: new ObjectReference('relation', parent),
    },
    isDoubtful,
  )
}

/** The relations that a statement may have changed together with one: its partitions, if it made some. */
function announcedWith(state: State, id: string): ReadonlySet<string> {
  return new Set(state.announced.get(id)?.flat())
}

const listed = { name: 'tablename', namespace: 'schemaname' }
const standard = { name: 'table_name', namespace: 'table_schema' }

const tableTypes: Readonly<Record<Relation['kind'], string>> = {
  table: 'BASE TABLE',
  'partitioned-table': 'BASE TABLE',
  view: 'VIEW',
  'materialized-view': '',
  'foreign-table': 'FOREIGN',
}

const listedColumns = (column: string) => ({ name: column, namespace: 'schemaname' })

/** Catalogs with a row for each relation. */
export const relationSources: Readonly<Record<string, Source>> = {
  pg_class: (state, hints) => [...tablesAndViews(state, hints), ...sequencesAndIndexes(state, hints)],
  pg_inherits: inheritance,
  pg_tables: relationSource(listed, ['table', 'partitioned-table'], (relation) => ({
    schemaname: relation.namespace,
    tablename: relation.name,
    tableowner: relation.owner ?? unknown,
    rowsecurity: relation.rowSecurityEnabled,
    hasindexes: relation.indexes.length > 0,
  })),
  pg_views: relationSource(listedColumns('viewname'), ['view'], ({ namespace, name }) => ({
    schemaname: namespace,
    viewname: name,
  })),
  pg_matviews: relationSource(listedColumns('matviewname'), ['materialized-view'], ({ namespace, name }) => ({
    schemaname: namespace,
    matviewname: name,
  })),
  'information_schema.tables': relationSource(
    standard,
    ['table', 'partitioned-table', 'view', 'foreign-table'],
    ({ namespace, name, kind, persistence }) => ({
      table_schema: namespace,
      table_name: name,
      table_type: persistence === 'temporary' ? 'LOCAL TEMPORARY' : tableTypes[kind],
    }),
  ),
  'information_schema.views': relationSource(standard, ['view'], ({ namespace, name }) => ({
    table_schema: namespace,
    table_name: name,
  })),
}
