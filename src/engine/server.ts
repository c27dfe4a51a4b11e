import { randomBytes } from 'node:crypto'
import { InputError } from '../findings/input-error.ts'
import { quoteIdentifier } from '../sql/identifiers.ts'
import { connect, type Target } from './connect.ts'
import type { ConnectOptions, Database, Engine, EngineConnection, EngineKind, Snapshot } from './engine.ts'
import { urlOf } from './server-address.ts'

/** A server that runs, as the ways to come by one hand it over. */
export interface Server {
  readonly kind: EngineKind
  /** How to reach it; administration happens from `database`. */
  readonly target: Target
  /** What messages call it; without a password. */
  readonly place: string
  /** Whether its roles are ours to drop. */
  readonly owned: boolean
  stop(): Promise<void>
}

/** What may be done with a running server, by SQL alone. Stops the server where it can't be reached. */
export async function engineOf(server: Server): Promise<Engine> {
  let administration: EngineConnection | null = null
  try {
    administration = await connect(server.target, server.place)
    return await ServerEngine.over(server, administration)
  } catch (error) {
    await administration?.close()
    await server.stop()
    throw error
  }
}

/** The oldest version that its makers still mend. */
const oldestMajor = 14

class ServerEngine implements Engine {
  readonly kind: EngineKind
  readonly database: Database
  readonly serverVersion: number
  readonly #server: Server
  readonly #administration: EngineConnection
  readonly #initialRoles: readonly string[]
  readonly #made = new Set<string>()

  private constructor(
    server: Server,
    administration: EngineConnection,
    { version, roles }: { version: number; roles: readonly string[] },
  ) {
    this.kind = server.kind
    this.serverVersion = version
    this.#server = server
    this.#administration = administration
    this.#initialRoles = roles
    this.database = new ServerDatabase(this, server.target.database)
  }

  static async over(server: Server, administration: EngineConnection): Promise<ServerEngine> {
    const [row] = await administration.query<{ version: number; name: string; roles: string[] }>(
      `select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version,
              pg_catalog.current_setting('server_version') as name,
              array(select rolname::pg_catalog.text from pg_catalog.pg_roles) as roles`,
    )
    if (row === undefined) throw new Error('a query of one row returned none')
    if (row.version < oldestMajor * 10_000) {
      throw new InputError(
        `${server.place} runs PostgreSQL ${row.name}; the oldest that can be read is ${oldestMajor}`,
      )
    }
    return new ServerEngine(server, administration, row)
  }

  async createDatabase({ name, template }: { name?: string; template?: string } = {}): Promise<Database> {
    const chosen = name ?? this.newName('database')
    await this.copy(chosen, template)
    return new ServerDatabase(this, chosen)
  }

  async reset(): Promise<void> {
    for (const name of this.#made) await this.dropDatabase(name)
    if (!this.#server.owned) return
    const rows = await this.#administration.query<{ name: string }>(
      'select rolname::text as name from pg_catalog.pg_roles where rolname <> all ($1::text[])',
      [this.#initialRoles],
    )
    if (rows.length === 0) return
    const roles = rows.map((row) => quoteIdentifier(row.name)).join(', ')
    await this.#administration.query(`drop owned by ${roles} cascade; drop role ${roles}`)
  }

  async stop(): Promise<void> {
    try {
      if (!this.#server.owned) for (const name of this.#made) await this.dropDatabase(name)
    } finally {
      await this.#administration.close()
      await this.#server.stop()
    }
  }

  newName(purpose: string): string {
    return `ringfence_${purpose}_${randomBytes(6).toString('hex')}`
  }

  async copy(name: string, template: string | undefined): Promise<void> {
    const clause = template === undefined ? '' : ` template ${quoteIdentifier(template)}`
    await this.#administration.query(`create database ${quoteIdentifier(name)}${clause}`)
    this.#made.add(name)
  }

  async dropDatabase(name: string): Promise<void> {
    await this.#administration.query(`drop database if exists ${quoteIdentifier(name)} with (force)`)
    this.#made.delete(name)
  }

  async disconnectAll(name: string): Promise<void> {
    await this.#administration.query(
      'select pg_catalog.pg_terminate_backend(pid, 5000) from pg_catalog.pg_stat_activity where datname = $1',
      [name],
    )
  }

  connect(database: string, options?: ConnectOptions): Promise<EngineConnection> {
    return connect({ ...this.#server.target, database }, this.#server.place, options)
  }

  urlOf(database: string): string {
    return urlOf({ ...this.#server.target, database }, this.#server.owned)
  }
}

class ServerDatabase implements Database {
  readonly url: string
  readonly #engine: ServerEngine

  constructor(
    engine: ServerEngine,
    readonly name: string,
  ) {
    this.#engine = engine
    this.url = engine.urlOf(name)
  }

  connect(options?: ConnectOptions): Promise<EngineConnection> {
    return this.#engine.connect(this.name, options)
  }

  async snapshot(): Promise<Snapshot> {
    const name = this.#engine.newName('snapshot')
    await this.#engine.disconnectAll(this.name)
    await this.#engine.copy(name, this.name)
    return { name, drop: () => this.#engine.dropDatabase(name) }
  }

  async reset(snapshot: Snapshot): Promise<void> {
    await this.#engine.dropDatabase(this.name)
    await this.#engine.copy(this.name, snapshot.name)
  }

  drop(): Promise<void> {
    return this.#engine.dropDatabase(this.name)
  }
}
