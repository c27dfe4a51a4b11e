import { InputError } from '../findings/input-error.ts'
import type { RoleName, SchemaModel } from '../model/schema-model.ts'
import type { Connection } from '../sql/connection.ts'
import { loadParser } from '../sql/parse.ts'
import { OneByOne, Together } from './answers.ts'
import { readCapabilities } from './capabilities.ts'
import { readDefaultPrivileges } from './default-privileges.ts'
import { readEventTriggers } from './event-triggers.ts'
import { readExtensions } from './extensions.ts'
import { readNamespaces } from './namespaces.ts'
import { type Privileges, readPrivileges } from './privileges.ts'
import { readPublications } from './publications.ts'
import { Reading } from './reading.ts'
import { refusal, SchemaChanged } from './refusal.ts'
import { readRelations } from './relations.ts'
import { readRoleMemberships } from './role-memberships.ts'
import { readRoles } from './roles.ts'
import { type ReadRoutines, readRoutines } from './routines.ts'
import { readSequences } from './sequences.ts'
import { readServer } from './server.ts'
import { readSettings } from './settings.ts'
import { readTypes } from './types.ts'

export interface CatalogOptions {
  /** The role that ran the migrations: what it owns has owner null, as after a replay. Else every owner is told. */
  readonly migrationRole?: RoleName
  /** How long one query may take, in milliseconds. */
  readonly statementTimeout?: number
  /** Reads in the transaction that the connection is in, and leaves it as it was; else in one of its own. */
  readonly inTransaction?: boolean
  /**
   * The oids of the relations to read, where not all are. The model then has those, namespaces, routines and roles, and nothing
   * else: what checks look at that judge these relations.
   */
  readonly relations?: readonly number[]
  /** Asks for as much as it can in one query, so that `statementTimeout` is for much at once. Default false. */
  readonly inFewQueries?: boolean
  /** Whether of these relations nothing is asked that others tell: the model then has no namespaces, routines and roles. Default false. */
  readonly alone?: boolean
}

/** The oldest version that has all that is read: PostgreSQL 14. */
const oldestVersion = 140_000

/**
 * Reads the schema model of the database that the connection is to. Nothing is written: all is read from one snapshot, in
 * a read-only transaction that is rolled back.
 */
export async function readCatalog(
  connection: Connection,
  options: CatalogOptions = {},
): Promise<SchemaModel> {
  await loadParser()
  if (options.inTransaction) return readIn(within, connection, options)
  for (let left = attempts - 1; ; left--) {
    try {
      return await readIn(alone, connection, options)
    } catch (error) {
      if (left === 0 || !(error instanceof SchemaChanged)) throw error
    }
  }
}

/** How often to begin again with a new snapshot where others change the schema meanwhile. */
const attempts = 3

async function readIn(
  { begin, end }: typeof alone,
  connection: Connection,
  options: CatalogOptions,
): Promise<SchemaModel> {
  await connection.query(begin)
  try {
    const model = await readAll(connection, options)
    await connection.query(end)
    return model
  } catch (error) {
    await connection.query(end).catch(() => undefined) // What came first is told.
    throw refusal(error) ?? error
  }
}

const alone = {
  begin: 'begin transaction isolation level repeatable read, read only',
  end: 'rollback',
}

const within = {
  begin: 'savepoint ringfence_reading',
  end: 'rollback to savepoint ringfence_reading; release savepoint ringfence_reading',
}

/**
 * What the server prints must not depend on the session: all names qualified, constants in one form. The time of each
 * query is limited, and not the pauses in which answers are worked through.
 */
const settings = {
  search_path: '',
  quote_all_identifiers: 'off',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  standard_conforming_strings: 'on',
  lc_monetary: 'C',
  jit: 'off',
}

/** Whole catalogs are joined, of which the server often has no statistics, so that plans for few rows would be chosen. */
const settingsForAll = { ...settings, enable_nestloop: 'off', work_mem: '64MB' }

function settingAll(values: Readonly<Record<string, string>>): string {
  const calls = Object.entries(values).map(
    ([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`,
  )
  return `select ${calls.join(', ')}`
}

async function readAll(connection: Connection, options: CatalogOptions): Promise<SchemaModel> {
  if (options.statementTimeout !== undefined) {
    await connection.query(`set local statement_timeout to ${options.statementTimeout}`)
  }
  const server = await readServer(connection)
  if (server.version < oldestVersion) {
    throw new InputError(
      `PostgreSQL ${Math.floor(server.version / 10_000)} is older than 14, the oldest that can be read`,
    )
  }
  const { relations = null } = options
  await connection.query(settingAll(relations === null ? settingsForAll : settings))
  const answers = options.inFewQueries ? new Together(connection) : new OneByOne(connection)
  const reading = new Reading(answers, server.version, options.migrationRole ?? null, relations)
  const privileges = readPrivileges(reading)
  let asked: Promise<ReadRoutines> | null = null
  const readOnce = () => {
    asked ??= readRoutines(reading, privileges)
    return asked
  }
  const isAlone = relations !== null && options.alone
  const [routines, ofRelations, around, { capabilities, ...beside }] = await Promise.all([
    isAlone ? noRoutines : readOnce(),
    readRelations(reading, privileges, readOnce),
    isAlone ? nothing : readAround(reading, privileges, relations === null),
    relations === null ? readBeside(reading, privileges) : { ...nothing, capabilities: [] },
  ])
  return {
    ...nothing,
    ...beside,
    ...around,
    relations: ofRelations,
    routines: new Map([...routines.values()].map((routine) => [routine.id, routine])),
    unmodelled: new Map(),
    focus: null,
    server: { ...server, capabilities, drift: null },
  }
}

async function readAround(reading: Reading, privileges: Promise<Privileges>, withSettings: boolean) {
  const set = withSettings ? readSettings(reading) : noSettings
  const [namespaces, roleMemberships, roles, { ofDatabase }] = await Promise.all([
    readNamespaces(reading, privileges),
    readRoleMemberships(reading),
    readRoles(reading, set),
    set,
  ])
  return { namespaces, roleMemberships, roles, databaseSettings: ofDatabase }
}

async function readBeside(reading: Reading, privileges: Promise<Privileges>) {
  const [types, sequences, defaultPrivileges, publications, extensions, eventTriggers, capabilities] =
    await Promise.all([
      readTypes(reading),
      readSequences(reading, privileges),
      readDefaultPrivileges(reading),
      readPublications(reading),
      readExtensions(reading),
      readEventTriggers(reading),
      readCapabilities(reading),
    ])
  return {
    ...{ types, sequences, defaultPrivileges, publications, extensions, eventTriggers, capabilities },
  }
}

const noSettings = Promise.resolve({ ofRoles: new Map(), ofDatabase: new Map() })

const noRoutines: ReadRoutines = new Map()

const nothing = {
  namespaces: new Map(),
  roleMemberships: new Map(),
  roles: new Map(),
  types: new Map(),
  sequences: new Map(),
  defaultPrivileges: new Map(),
  publications: new Map(),
  extensions: new Map(),
  eventTriggers: new Map(),
  databaseSettings: new Map(),
}
