import { InputError } from '../findings/input-error.ts'
import type { RoleName, SchemaModel } from '../model/schema-model.ts'
import type { Connection } from '../sql/connection.ts'
import { loadParser } from '../sql/parse.ts'
import { sql } from '../sql/template.ts'
import { readCapabilities } from './capabilities.ts'
import { readDefaultPrivileges } from './default-privileges.ts'
import { readEventTriggers } from './event-triggers.ts'
import { readExtensions } from './extensions.ts'
import { readNamespaces } from './namespaces.ts'
import { readPrivileges } from './privileges.ts'
import { readPublications } from './publications.ts'
import { Reading } from './reading.ts'
import { refusal, SchemaChanged } from './refusal.ts'
import { readRelations } from './relations.ts'
import { readRoleMemberships } from './role-memberships.ts'
import { readRoles } from './roles.ts'
import { readRoutines } from './routines.ts'
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
 * query is limited, and not the pauses in which answers are worked through. Whole catalogs are joined, of which the server
 * often has no statistics, so that plans for few rows would be chosen.
 */
const settings = sql`
  set local search_path to '';
  set local quote_all_identifiers to off;
  set local datestyle to 'ISO, YMD';
  set local intervalstyle to 'postgres';
  set local timezone to 'UTC';
  set local extra_float_digits to 1;
  set local bytea_output to 'hex';
  set local lock_timeout to 0;
  set local idle_in_transaction_session_timeout to 0;
  set local standard_conforming_strings to on;
  set local lc_monetary to 'C';
  set local jit to off;
  set local enable_nestloop to off;
  set local work_mem to '64MB'`

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
  await connection.query(settings)
  const reading = new Reading(connection, server.version, options.migrationRole ?? null)
  const privileges = await readPrivileges(reading)
  const set = await readSettings(reading)
  const routines = await readRoutines(reading, privileges)
  return {
    namespaces: await readNamespaces(reading, privileges),
    relations: await readRelations(reading, privileges, routines),
    routines: new Map([...routines.values()].map((routine) => [routine.id, routine])),
    types: await readTypes(reading),
    sequences: await readSequences(reading, privileges),
    roles: await readRoles(reading, set.ofRoles),
    roleMemberships: await readRoleMemberships(reading),
    defaultPrivileges: await readDefaultPrivileges(reading),
    publications: await readPublications(reading),
    extensions: await readExtensions(reading),
    eventTriggers: await readEventTriggers(reading),
    databaseSettings: set.ofDatabase,
    unmodelled: new Map(),
    server: { ...server, capabilities: await readCapabilities(reading), drift: null },
    focus: null,
  }
}
