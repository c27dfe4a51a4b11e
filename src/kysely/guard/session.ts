import { InputError } from '../../findings/input-error.ts'
import { sql } from '../../sql/template.ts'
import type { Objection } from './objections.ts'
import type { ServerConnection } from './server-connection.ts'

interface Standing extends Record<keyof typeof changes, string> {
  readonly snapshot: string
  /** True and 1, if the driver gives both as they are. */
  readonly yes: unknown
  readonly one: unknown
}

/** A row version has the lower half of the number of its transaction, and none is ahead of the present one by half of all. */
const elsewhere = sql`
  with made as (
    select listed.relation, row.xmin::pg_catalog.text::pg_catalog.int8 as low,
      pg_catalog.pg_current_xact_id()::pg_catalog.text::pg_catalog.int8 as present
    from pg_catalog.unnest($1::pg_catalog.text[]) as listed (relation)
      join pg_catalog.pg_class row on row.oid = pg_catalog.to_regclass(listed.relation)
  ), numbered as (
    select relation, present - ((present - low) % 4294967296 + 4294967296) % 4294967296 as number
    from made where low > 2 and (present - low + 4294967296) % 4294967296 < 2147483648
    union all
    select relation, present + (low - present + 4294967296) % 4294967296
    from made where low > 2 and (present - low + 4294967296) % 4294967296 >= 2147483648
  )
  select relation from numbered
  where not pg_catalog.pg_visible_in_snapshot(number::pg_catalog.text::pg_catalog.xid8, $2::pg_catalog.pg_snapshot)
    and pg_catalog.pg_xact_status(number::pg_catalog.text::pg_catalog.xid8) = 'committed'`

/**
 * How many relations belong to an extension of which no script of an extension made them: what belongs to one is not examined. A script
 * puts down at once that a relation is in a namespace and that it is the extension's; ALTER EXTENSION comes later.
 */
const adopted = sql`
  select pg_catalog.count(*)::pg_catalog.text from pg_catalog.pg_extension e join pg_catalog.pg_depend d
    on d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and d.refobjid = e.oid
      and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype = 'e'
  where pg_catalog.age(d.xmin) <= pg_catalog.age(pg_catalog.pg_current_xact_id()::pg_catalog.xid)
    and not exists (
      select from pg_catalog.pg_depend n
      where n.classid = d.classid and n.objid = d.objid
        and n.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and n.xmin = d.xmin and n.cmin = d.cmin
    )`

const standing = sql`
  select pg_catalog.pg_current_snapshot()::pg_catalog.text as snapshot, pg_catalog.pg_current_xact_id()::pg_catalog.text as transaction,
    current_user::pg_catalog.text as role, session_user::pg_catalog.text as login,
    pg_catalog.current_setting('row_security') as "rowSecurity",
    pg_catalog.current_setting('session_replication_role') as replication,
    true as yes, 1::pg_catalog.int4 as one,
    (select pg_catalog.count(*) from pg_catalog.pg_cursors where is_holdable)::pg_catalog.text as cursors,
    case when pg_catalog.pg_my_temp_schema() = 0 then '0' else (
      with recursive passing (classid, objid) as (
        select 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid, pg_catalog.pg_my_temp_schema()
        union
        select d.classid, d.objid from passing join pg_catalog.pg_depend d
          on d.refclassid = passing.classid and d.refobjid = passing.objid
      )
      select pg_catalog.count(*)::pg_catalog.text from passing
      where classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
    ) end as temporary,
    (${adopted}) as adopted`

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
    const [before, transaction] = await server.unswayed(async () => {
      return [await ask(server), await setRowSecurity(server, 'off')] as const
    })
    return transaction === before.transaction
      ? new Session(server, before, { ...before, rowSecurity: 'off' })
      : null
  }

  /** What is no longer as it was. */
  async objections(): Promise<readonly Objection[]> {
    const now = await this.#server.unswayed(() => ask(this.#server))
    const changed = (Object.keys(changes) as (keyof typeof changes)[]).filter(
      (key) => now[key] !== this.#held[key],
    )
    return changed.map((key) => changes[key])
  }

  /** Which of these relations another connection has made or altered since, and committed: rolling back doesn't undo them. */
  async madeElsewhere(relations: readonly string[]): Promise<ReadonlySet<string>> {
    if (relations.length === 0) return new Set()
    const values = [relations, this.#held.snapshot]
    const rows = await this.#server.unswayed(() =>
      this.#server.query<{ relation: string }>(elsewhere, values),
    )
    return new Set(rows.map(({ relation }) => relation))
  }

  async end(): Promise<void> {
    await setRowSecurity(this.#server, this.#before.rowSecurity)
  }
}

async function ask(server: ServerConnection): Promise<Standing> {
  const [row] = await server.query<Standing>(standing)
  if (row === undefined) throw new Error('the server does not tell the transaction')
  if (row.yes !== true || row.one !== 1) {
    throw new InputError(
      'the driver gives booleans or integers as something else, and the catalogs would be misread',
      {
        hint: 'Take out pg.types.setTypeParser for bool and int4 where migrations run.',
      },
    )
  }
  return row
}

/** Gives the transaction in which it was set. */
async function setRowSecurity(server: ServerConnection, value: string): Promise<string | undefined> {
  const set = sql`
    select pg_catalog.set_config('row_security', $1, true), pg_catalog.pg_current_xact_id()::pg_catalog.text as transaction`
  const [row] = await server.query<{ transaction: string }>(set, [value])
  return row?.transaction
}

const changes = {
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
  cursors: {
    message: 'it leaves a cursor WITH HOLD, whose query runs at COMMIT, when nobody looks any more',
    help: 'Close the cursor, or declare it without WITH HOLD.',
  },
  temporary: {
    message: 'a policy depends on something temporary, and is dropped with it',
    help: 'Write policies that name permanent tables and functions only.',
  },
  adopted: {
    message: 'it added a table or a view to an extension, and what belongs to one is not examined',
    help: 'Leave it out: only the script of an extension adds to it.',
  },
} satisfies Record<string, Objection>
