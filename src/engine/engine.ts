import type { Connection } from '../sql/connection.ts'

/** Where a PostgreSQL to work on comes from. */
export type EngineKind = 'embedded' | 'testcontainers' | 'url'

/** A running PostgreSQL. Whoever started it stops it; `stop` may be called twice. */
export interface Engine {
  readonly kind: EngineKind
  /** `server_version_num`: 180004 for 18.4. */
  readonly serverVersion: number
  /** The database of the URL, or the one that every new server has. */
  readonly database: Database
  /** A new database: empty, or a copy of `template`, which nobody may be connected to meanwhile. */
  createDatabase(options?: { readonly name?: string; readonly template?: string }): Promise<Database>
  /**
   * Drops every database made through this engine and, on a server of our own, every role that was made since the
   * start: roles belong to the whole server, so a second run of the same migrations would meet them.
   */
  reset(): Promise<void>
  stop(): Promise<void>
}

export interface Database {
  readonly name: string
  /** Where it is, for messages and for tools that take a URL. That of a given server comes without the password. */
  readonly url: string
  connect(options?: ConnectOptions): Promise<EngineConnection>
  /** A copy of the database as it stands. Whoever is connected to it is disconnected. */
  snapshot(): Promise<Snapshot>
  /** Makes the database what the snapshot holds. Whoever is connected to it is disconnected. */
  reset(snapshot: Snapshot): Promise<void>
  /** Disconnects whoever is connected and drops it. */
  drop(): Promise<void>
}

export interface Snapshot {
  /** The database that holds the copy; good as a `template`. */
  readonly name: string
  drop(): Promise<void>
}

export interface ConnectOptions {
  /** Logs in as this role instead of the one of the URL, or the superuser of an embedded server. */
  readonly user?: string
  /** The password of `user`; an embedded server asks for none. */
  readonly password?: string
  /** Settings of the session, set when it begins: `{ statement_timeout: '5s', role: 'app_user' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A connection that is open until it is closed; `close` may be called twice. */
export interface EngineConnection extends Connection {
  close(): Promise<void>
}
