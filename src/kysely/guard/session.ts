import { sql } from '../../sql/template.ts'
import type { Objection } from './objections.ts'
import type { ServerConnection } from './server-connection.ts'

interface Standing {
  readonly transaction: string
  readonly role: string
  readonly login: string
  readonly rowSecurity: string
  readonly replication: string
}

const standing = sql`
  select pg_catalog.pg_current_xact_id()::pg_catalog.text as transaction,
    current_user::pg_catalog.text as role, session_user::pg_catalog.text as login,
    pg_catalog.current_setting('row_security') as "rowSecurity",
    pg_catalog.current_setting('session_replication_role') as replication`

/** The transaction that a migration runs in, and under what. */
export class Session {
  readonly #server: ServerConnection
  readonly #before: Standing
  readonly #held: Standing

  private constructor(server: ServerConnection, before: Standing, held: Standing) {
    this.#server = server
    this.#before = before
    this.#held = held
  }

  /**
   * Takes note of the transaction, and has what row security would leave out become an error in it: a backfill that changes no row,
   * a foreign key that is never tested. Null where the connection is in no transaction.
   */
  static async begin(server: ServerConnection): Promise<Session | null> {
    const before = await read(server)
    await setRowSecurity(server, 'off')
    const held = await read(server)
    return held.transaction === before.transaction ? new Session(server, before, held) : null
  }

  /** What is no longer as it was. */
  async objections(): Promise<readonly Objection[]> {
    const now = await read(this.#server)
    const changed = (Object.keys(changes) as (keyof Standing)[]).filter((key) => now[key] !== this.#held[key])
    return changed.map((key) => changes[key])
  }

  /** Whether the transaction is still the one that it was. */
  async isSame(): Promise<boolean> {
    return (await read(this.#server)).transaction === this.#held.transaction
  }

  async end(): Promise<void> {
    await setRowSecurity(this.#server, this.#before.rowSecurity)
  }
}

async function read(server: ServerConnection): Promise<Standing> {
  const [row] = await server.query<Standing>(standing)
  if (row === undefined) throw new Error('the server does not tell the transaction')
  return row
}

async function setRowSecurity(server: ServerConnection, value: string): Promise<void> {
  await server.query("select pg_catalog.set_config('row_security', $1, true)", [value])
}

const changes: Readonly<Record<keyof Standing, Objection>> = {
  transaction: {
    message: 'the transaction that it began in has ended: what was done in it may be committed already',
    help: 'Look at the database before anything else: ringfence audit tells what is there. Then take out what ended the transaction.',
  },
  role: {
    message: 'it runs under another role at its end than at its beginning',
    help: 'Leave the role as it is, and give single objects away with ALTER ... OWNER TO.',
  },
  login: {
    message: 'it changed the session authorization',
    help: 'Leave it as it is, and give single objects away with ALTER ... OWNER TO.',
  },
  rowSecurity: {
    message: 'it switched row_security, so that its changes may have passed over rows without a word',
    help: 'Change the rows of a forced table inside of withForceSuspended(db, table, ...).',
  },
  replication: {
    message: 'it changed session_replication_role, under which triggers and foreign keys do nothing',
    help: 'Leave it as it is.',
  },
}
