import type { Relation, Type } from '../model/schema-model.ts'
import type { State } from './state.ts'

/** `column IN (values)`; a test that can't be read has no column. */
export interface Test {
  readonly column: string | null
  readonly values: readonly string[]
}

/** A row of a system catalog, as far as the model knows its columns. */
export type CatalogRow = Readonly<Record<string, string>>

/** Names of the relations or types to tell of; null for all. */
type Asked = readonly string[] | null

type Catalog = (state: State, asked: Asked) => CatalogRow[]

/** The columns that hold the name of a relation or type, in whatever catalog. */
const nameColumns: ReadonlySet<string | null> = new Set([
  ...['relname', 'tablename', 'viewname', 'matviewname', 'table_name', 'event_object_table', 'typname'],
])

function relationsNamed({ relations, relationsByName }: State, asked: Asked): Relation[] {
  return asked === null ? [...relations.values()] : asked.flatMap((name) => relationsByName.group(name))
}

function typesNamed({ types, typesByName }: State, asked: Asked): Type[] {
  return asked === null ? [...types.values()] : asked.flatMap((name) => typesByName.group(name))
}

const kinds: Readonly<Record<Relation['kind'], string>> = {
  table: 'r',
  'partitioned-table': 'p',
  view: 'v',
  'materialized-view': 'm',
  'foreign-table': 'f',
}

/** How rows that hang on a relation name it: by the column that holds its oid, and as a join with pg_class brings it. */
const on = ({ id, namespace, name }: Relation, oid: string): CatalogRow => ({
  [oid]: id,
  relname: name,
  nspname: namespace,
})

const policies: Catalog = (state, asked) =>
  relationsNamed(state, asked).flatMap((relation) =>
    relation.policies.map((policy) => ({
      ...on(relation, 'polrelid'),
      polname: policy.name,
      schemaname: relation.namespace,
      tablename: relation.name,
      policyname: policy.name,
    })),
  )

const roles: Catalog = (state) =>
  [...state.roles.view.keys()].map((name) => ({ rolname: name, usename: name }))

const namespaces: Catalog = (state) =>
  [...state.namespaces.view.keys()].map((name) => ({ nspname: name, schema_name: name }))

const extensions: Catalog = (state) => [...state.extensions.view.keys()].map((extname) => ({ extname }))

const publications: Catalog = (state) => [...state.publications.view.keys()].map((pubname) => ({ pubname }))

const routines: Catalog = (state) =>
  [...state.routines.values()].map(({ namespace, name }) => ({
    proname: name,
    pronamespace: namespace,
    nspname: namespace,
    routine_name: name,
    routine_schema: namespace,
  }))

const ofKind =
  (...wanted: readonly Relation['kind'][]): Catalog =>
  (state, asked) =>
    relationsNamed(state, asked)
      .filter(({ kind }) => wanted.includes(kind))
      .map(({ namespace, name }) => ({
        schemaname: namespace,
        tablename: name,
        viewname: name,
        matviewname: name,
        table_schema: namespace,
        table_name: name,
      }))

const columns: Catalog = (state, asked) =>
  relationsNamed(state, asked).flatMap((relation) =>
    relation.columns.map((column) => ({
      ...on(relation, 'attrelid'),
      attname: column.name,
      table_schema: relation.namespace,
      table_name: relation.name,
      column_name: column.name,
    })),
  )

const constraints: Catalog = (state, asked) =>
  relationsNamed(state, asked).flatMap((relation) =>
    relation.constraints.map((constraint) => ({
      ...on(relation, 'conrelid'),
      conname: constraint.name,
      constraint_name: constraint.name,
      constraint_schema: relation.namespace,
      table_schema: relation.namespace,
      table_name: relation.name,
    })),
  )

const triggers: Catalog = (state, asked) =>
  relationsNamed(state, asked).flatMap((relation) =>
    relation.triggers.map((trigger) => ({
      ...on(relation, 'tgrelid'),
      tgname: trigger.name,
      trigger_name: trigger.name,
      event_object_schema: relation.namespace,
      event_object_table: relation.name,
    })),
  )

const indexes: Catalog = (state, asked) =>
  relationsNamed(state, asked).flatMap(({ namespace, name, indexes: list }) =>
    list.map((index) => ({ schemaname: namespace, tablename: name, indexname: index.name })),
  )

const publishedTables: Catalog = (state, asked) =>
  [...state.publications.values()].flatMap((publication) =>
    relationsNamed(state, asked)
      .filter(
        ({ id, namespace }) =>
          publication.allTables ||
          publication.namespaces.includes(namespace) ||
          publication.relations.includes(id),
      )
      .map(({ namespace, name }) => ({ pubname: publication.name, schemaname: namespace, tablename: name })),
  )

function inClass(namespace: string, name: string, kind: string): CatalogRow {
  return { relname: name, relkind: kind, relnamespace: namespace, nspname: namespace }
}

/** By name. Of pg_type and pg_class row types, indexes and sequences count as well, as they do in PostgreSQL. */
const catalogs: Readonly<Record<string, Catalog>> = {
  pg_type: (state, asked) =>
    [...typesNamed(state, asked), ...relationsNamed(state, asked)].map(({ namespace, name }) => ({
      typname: name,
      typnamespace: namespace,
      nspname: namespace,
    })),
  pg_enum: (state, asked) =>
    typesNamed(state, asked).flatMap(({ namespace, name, labels }) =>
      labels.map((enumlabel) => ({ enumlabel, typname: name, nspname: namespace })),
    ),
  pg_attribute: columns,
  pg_class: (state, asked) => [
    ...relationsNamed(state, asked).map(({ namespace, name, kind }) => inClass(namespace, name, kinds[kind])),
    ...[...state.sequences.values()].map(({ namespace, name }) => inClass(namespace, name, 'S')),
    ...indexes(state, null).map(({ schemaname = '', indexname = '' }) => inClass(schemaname, indexname, 'i')),
  ],
  pg_tables: ofKind('table', 'partitioned-table'),
  pg_views: ofKind('view'),
  pg_matviews: ofKind('materialized-view'),
  tables: ofKind('table', 'partitioned-table', 'view', 'foreign-table'),
  views: ofKind('view'),
  columns,
  pg_policy: policies,
  pg_policies: policies,
  pg_constraint: constraints,
  table_constraints: constraints,
  pg_trigger: triggers,
  triggers,
  pg_indexes: indexes,
  pg_namespace: namespaces,
  schemata: namespaces,
  pg_roles: roles,
  pg_authid: roles,
  pg_user: roles,
  pg_extension: extensions,
  pg_proc: routines,
  routines,
  pg_publication: publications,
  pg_publication_tables: publishedTables,
}

/** Of the rows of a catalog those that may meet all tests; undefined where the model doesn't know the catalog. */
export function catalogRows(
  state: State,
  namespace: string | undefined,
  name: string,
  tests: readonly Test[],
): CatalogRow[] | undefined {
  const inSchema = namespace === 'information_schema'
  if (inSchema === name.startsWith('pg_')) return undefined
  if (!inSchema && namespace !== undefined && namespace !== 'pg_catalog') return undefined
  const byName = tests.find(({ column }) => nameColumns.has(column))
  return catalogs[name]?.(state, byName?.values ?? null)
}

/** Whether the catalog tells of things that are often made outside the migrations: absent from the model is not absent. */
export function isOpenCatalog(name: string): boolean {
  const catalog = catalogs[name]
  return catalog !== undefined && [roles, extensions, routines, publications].includes(catalog)
}

/** The catalogs whose columns the rows of a catalog have as well, as an inner join by oid brings them. */
const joined: Readonly<Record<string, readonly string[]>> = {
  pg_type: ['pg_namespace'],
  pg_class: ['pg_namespace'],
  pg_proc: ['pg_namespace'],
  pg_enum: ['pg_type', 'pg_namespace'],
  pg_policy: ['pg_class', 'pg_namespace'],
  pg_constraint: ['pg_class', 'pg_namespace'],
  pg_trigger: ['pg_class', 'pg_namespace'],
  pg_attribute: ['pg_class', 'pg_namespace'],
}

/** Of catalogs that are joined by oid the one whose rows stand for the join. */
export function joinedCatalog(names: readonly string[]): string | undefined {
  return names.find((name) => names.every((other) => other === name || joined[name]?.includes(other)))
}
