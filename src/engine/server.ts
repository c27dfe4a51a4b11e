import type { ClientConfig } from 'pg'
import { quoteIdentifier } from '../sql/identifiers.ts'
import { connect } from './connect.ts'
import type { Database, Engine, EngineConnection, EngineKind, Snapshot } from './engine.ts'

/** A server that runs, as the ways to come by one hand it over. */
export interface Server {
  readonly kind: EngineKind
  /** How to reach it; administration happens from `database`. */
  readonly target: ClientConfig & { readonly database: string }
  /** What messages call it; without a password. */
  readonly place: string
  /** Where a database of it is; without a password. */
  urlOf(database: string): string
  /** Whether its roles are ours to drop. */
  readonly owned: boolean
  stop(): Promise<void>
}

/** What may be done with a running server, by SQL alone. Stops the server where it can't be reached. */
export async function engineOf(server: Server): Promise<Engine> {
  try {
    const administration = await connect(server.target, server.place)
    return await ServerEngine.over(server, administration)
  } catch (error) {
    await server.stop()
    throw error
  }
}

class ServerEngine implements Engine {
  readonly kind: EngineKind
  readonly database: Database
  readonly #made = new Set<string>()
  #names = 0

  private constructor(
    private readonly server: Server,
    private readonly administration: EngineConnection,
    readonly serverVersion: number,
    private readonly initialRoles: readonly string[],
  ) {
    this.kind = server.kind
    this.database = new ServerDatabase(this, server.target.database)
  }

  static async over(server: Server, administration: EngineConnection): Promise<ServerEngine> {
    const [row] = await administration.query<{ version: number; roles: string[] }>(
      `select pg_catalog.current_setting('server_version_num')::int4 as version,
              array(select rolname::text from pg_catalog.pg_roles) as roles`,
    )
    if (row === undefined) throw new Error('a query of one row returned none')
    return new ServerEngine(server, administration, row.version, row.roles)
  }

  async createDatabase({ name, template }: { name?: string; template?: string } = {}): Promise<Database> {
    const chosen = name ?? this.newName('database')
    await this.copy(chosen, template)
    return new ServerDatabase(this, chosen)
  }

  async reset(): Promise<void> {
    for (const name of this.#made) await this.dropDatabase(name)
    if (!this.server.owned) return
    const roles = await this.administration.query<{ name: string }>(
      `select rolname::text as name from pg_catalog.pg_roles where rolname <> all ($1::text[]) order by oid`,
      [this.initialRoles],
    )
    if (roles.length > 0) {
      await this.administration.query(
        `drop role ${roles.map((role) => quoteIdentifier(role.name)).join(', ')}`,
      )
    }
  }

  async stop(): Promise<void> {
    if (!this.server.owned) for (const name of this.#made) await this.dropDatabase(name)
    await this.administration.close()
    await this.server.stop()
  }

  newName(purpose: string): string {
    this.#names += 1
    return `ringfence_${purpose}_${process.pid}_${this.#names}`
  }

  async copy(name: string, template: string | undefined): Promise<void> {
    const clause = template === undefined ? '' : ` template ${quoteIdentifier(template)}`
    await this.administration.query(`create database ${quoteIdentifier(name)}${clause}`)
    this.#made.add(name)
  }

  async dropDatabase(name: string): Promise<void> {
    await this.administration.query(`drop database if exists ${quoteIdentifier(name)} with (force)`)
    this.#made.delete(name)
  }

  async disconnectAll(name: string): Promise<void> {
    await this.administration.query(
      'select pg_catalog.pg_terminate_backend(pid, 5000) from pg_catalog.pg_stat_activity where datname = $1',
      [name],
    )
  }

  connect(database: string, options: Parameters<Database['connect']>[0]): Promise<EngineConnection> {
    return connect({ ...this.server.target, database }, this.server.place, options)
  }

  urlOf(database: string): string {
    return this.server.urlOf(database)
  }
}

class ServerDatabase implements Database {
  readonly url: string

  constructor(
    private readonly engine: ServerEngine,
    readonly name: string,
  ) {
    this.url = engine.urlOf(name)
  }

  connect(options: Parameters<Database['connect']>[0]): Promise<EngineConnection> {
    return this.engine.connect(this.name, options)
  }

  async snapshot(): Promise<Snapshot> {
    const name = this.engine.newName('snapshot')
    await this.engine.disconnectAll(this.name)
    await this.engine.copy(name, this.name)
    return { name, drop: () => this.engine.dropDatabase(name) }
  }

  async reset(snapshot: Snapshot): Promise<void> {
    await this.engine.dropDatabase(this.name)
    await this.engine.copy(this.name, snapshot.name)
  }

  async drop(): Promise<void> {
    await this.engine.dropDatabase(this.name)
  }
}
