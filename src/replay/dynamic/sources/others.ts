import type { Routine, Type } from '../../../model/schema-model.ts'
import { displayId } from '../../../sql/identifiers.ts'
import { builtInRoutines } from '../../built-in-routines.ts'
import type { State } from '../../state.ts'
import { accessList, ownerOf } from '../access-lists.ts'
import { namespaceReference, roleReference } from '../objects.ts'
import { ObjectReference, unknown, type Value } from '../value.ts'
import {
  askedIds,
  askedTexts,
  type Hints,
  possibleRow,
  type Source,
  type SourceRow,
  sureRow,
} from './rows.ts'

const namespaceOid = (name: string) => new ObjectReference('namespace', name)

/** Rows of objects that are made outside of the migrations as well. */
function open(rows: (state: State) => Iterable<Readonly<Record<string, Value>>>): Source {
  return (state) => [...[...rows(state)].map((fields) => sureRow(fields)), possibleRow({})]
}

const namespaces: Source = (state, hints) => {
  const rows = [...state.namespaces.view.values()].map(({ name, owner }) =>
    sureRow({
      oid: namespaceReference(name),
      nspname: name,
      schema_name: name,
      nspowner: roleReference(owner),
    }),
  )
  if (askedTexts(hints, 'nspname') !== null || askedTexts(hints, 'schema_name') !== null) return rows
  const ids = askedIds(hints, 'oid')
  if (ids !== null) {
    const absent = ids.filter((id) => !state.namespaces.has(id))
    return [...rows, ...absent.map((name) => sureRow({ oid: namespaceOid(name), nspname: name }))]
  }
  const system = ['pg_catalog', 'information_schema', 'pg_toast', 'pg_temp_0']
  return [
    ...rows,
    ...system.map((name) => possibleRow({ oid: namespaceOid(name), nspname: name, schema_name: name })),
  ]
}

const routineKinds: Readonly<Record<Routine['kind'], string>> = {
  function: 'f',
  procedure: 'p',
  aggregate: 'a',
}

const routines: Source = (state, hints) => {
  const asked = askedTexts(hints, 'proname') ?? askedTexts(hints, 'routine_name')
  const rows: SourceRow[] = []
  for (const routine of state.routines.values()) {
    const { namespace, name, settings } = routine
    if (asked?.includes(name) === false) continue
    rows.push(
      sureRow({
        oid: new ObjectReference('routine', routine.id, routine.id),
        proname: name,
        pronamespace: namespaceOid(namespace),
        prokind: routineKinds[routine.kind],
        prosecdef: routine.securityDefiner,
        pronargs: routine.arguments.length,
        proconfig: settings.length === 0 ? null : settings,
        prosrc: routine.body ?? unknown,
        proowner: ownerOf(routine),
        proacl: accessList(routine),
        routine_schema: namespace,
        routine_name: name,
        routine_type: routine.kind.toUpperCase(),
        security_type: routine.securityDefiner ? 'DEFINER' : 'INVOKER',
        specific_schema: namespace,
      }),
    )
  }
  const fieldsIn = (namespace: string) => ({
    pronamespace: namespaceOid(namespace),
    routine_schema: namespace,
    specific_schema: namespace,
  })
  if (asked?.every((name) => !builtInRoutines.has(name)) !== true)
    rows.push(possibleRow(fieldsIn('pg_catalog')))
  for (const namespace of openNamespaces(state, hints)) rows.push(possibleRow(fieldsIn(namespace)))
  return rows
}

/** Namespaces with routines that no statement made: the platform's, those that extensions live in, those that are not known. */
function openNamespaces(state: State, hints: Hints): Set<string> {
  const open = new Set(state.platformNamespaces)
  for (const { namespace } of state.extensions.values()) if (namespace !== null) open.add(namespace)
  const asked = askedIds(hints, 'pronamespace') ?? askedTexts(hints, 'routine_schema') ?? []
  for (const name of asked) if (name !== 'public' && !state.namespaces.has(name)) open.add(name)
  return open
}

const typeKinds: Readonly<Record<Type['kind'], string>> = {
  enum: 'e',
  composite: 'c',
  domain: 'd',
  range: 'r',
  base: 'b',
}

/** Of `pg_type` row types count as well; array types are told of where one is asked for by name. */
const types: Source = (state, hints) => {
  const asked = askedTexts(hints, 'typname')
  const row = (namespace: string, name: string, typtype: string) =>
    sureRow({
      oid: new ObjectReference('type', displayId(namespace, name)),
      typname: name,
      typnamespace: namespaceOid(namespace),
      typtype,
    })
  const found =
    asked === null ? [...state.types.values()] : asked.flatMap((name) => state.typesByName.group(name))
  const related =
    asked === null
      ? [...state.relations.values()]
      : asked.flatMap((name) => state.relationsByName.group(name))
  const rows = [
    ...found.map(({ namespace, name, kind }) => row(namespace, name, typeKinds[kind])),
    ...related.map(({ namespace, name }) => row(namespace, name, 'c')),
  ]
  if (asked?.every((name) => !name.startsWith('_') && !name.startsWith('pg_')) !== true)
    rows.push(possibleRow({ typtype: 'b' }))
  return rows
}

const enumLabels: Source = (state, hints) => {
  const ids = askedIds(hints, 'enumtypid')
  return [...state.types.values()].flatMap(({ id, labels }) =>
    ids?.includes(id) === false
      ? []
      : labels.map((enumlabel, at) =>
          sureRow({ enumtypid: new ObjectReference('type', id), enumlabel, enumsortorder: at + 1 }),
        ),
  )
}

const publishedTables: Source = (state) => {
  const rows = [...state.publications.values()].flatMap((publication) =>
    [...state.relations.values()]
      .filter(
        ({ id, namespace, kind }) =>
          (kind === 'table' || kind === 'partitioned-table') &&
          (publication.allTables ||
            publication.namespaces.includes(namespace) ||
            publication.relations.includes(id)),
      )
      .map(({ namespace, name }) =>
        sureRow({ pubname: publication.name, schemaname: namespace, tablename: name }),
      ),
  )
  return [...rows, possibleRow({})]
}

const sequences: Source = (state) =>
  [...state.sequences.values()].map(({ namespace, name }) =>
    sureRow({
      schemaname: namespace,
      sequencename: name,
      sequence_schema: namespace,
      sequence_name: name,
    }),
  )

const roles = open(function* ({ roles }) {
  for (const role of roles.values()) {
    yield {
      oid: roleReference(role.name),
      rolname: role.name,
      usename: role.name,
      rolsuper: role.superuser,
      rolbypassrls: role.bypassRowSecurity,
      rolcanlogin: role.login,
      rolinherit: role.inherit,
      rolcreaterole: role.createRole,
      rolreplication: role.replication,
    }
  }
})

const memberships = open(function* ({ roleMemberships }) {
  for (const { role, member } of roleMemberships.values()) {
    yield { roleid: roleReference(role), member: roleReference(member) }
  }
})

const extensions = open(function* ({ extensions }) {
  for (const { name, namespace } of extensions.values()) {
    yield { extname: name, extnamespace: namespace === null ? unknown : namespaceOid(namespace) }
  }
})

const publications = open(function* ({ publications }) {
  for (const { name, allTables } of publications.values()) yield { pubname: name, puballtables: allTables }
})

const eventTriggers = open(function* ({ eventTriggers }) {
  for (const { name, event, enabled } of eventTriggers.values()) {
    yield { evtname: name, evtevent: event, evtenabled: enabled ? 'O' : 'D' }
  }
})

/** Catalogs of what is no relation and no part of one. */
export const otherSources: Readonly<Record<string, Source>> = {
  pg_namespace: namespaces,
  'information_schema.schemata': namespaces,
  pg_proc: routines,
  'information_schema.routines': routines,
  pg_type: types,
  pg_enum: enumLabels,
  pg_roles: roles,
  pg_authid: roles,
  pg_user: roles,
  pg_auth_members: memberships,
  pg_extension: extensions,
  pg_publication: publications,
  pg_publication_tables: publishedTables,
  pg_event_trigger: eventTriggers,
  pg_sequences: sequences,
  'information_schema.sequences': sequences,
}
