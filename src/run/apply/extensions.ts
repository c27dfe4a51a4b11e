import type { CreateExtensionStmt } from 'libpg-query'
import { InputError } from '../../findings/input-error.ts'
import type { Connection } from '../../sql/connection.ts'
import { quoteIdentifier } from '../../sql/identifiers.ts'
import { as } from '../../sql/node.ts'
import { stubExtensions } from './stub-extensions.ts'

/** The extensions of a server, and what stands in for those that it lacks. */
export class Extensions {
  readonly #connection: Connection
  #available: ReadonlySet<string> | null = null
  /** Names of the extensions that something stands in for, in the order in which they were made. */
  readonly standIns: string[]

  constructor(connection: Connection, standIns: string[]) {
    this.#connection = connection
    this.standIns = standIns
  }

  async isAvailable(name: string): Promise<boolean> {
    if (this.#available === null) {
      const rows = await this.#connection.query<{ name: string }>(
        'select name from pg_catalog.pg_available_extensions',
      )
      this.#available = new Set(rows.map((row) => row.name))
    }
    return this.#available.has(name)
  }

  /** Access methods of what stood in for an extension. */
  get standInMethods(): ReadonlySet<string> {
    return new Set(this.standIns.flatMap((name) => stubExtensions[name]?.accessMethods ?? []))
  }

  /**
   * Makes an extension that the server lacks of what stands in for it: an entry of pg_extension with its objects, so
   * that DROP EXTENSION, IF NOT EXISTS and readers of the catalog see an extension. Throws where nothing stands in.
   */
  async standIn({ extname: name = '', if_not_exists, options }: CreateExtensionStmt): Promise<void> {
    const stub = Object.hasOwn(stubExtensions, name) ? stubExtensions[name] : undefined
    if (stub === undefined) {
      throw new InputError(
        `the extension "${name}" is not available on this server, and nothing stands in for it`,
        { hint: 'Name a server that has it.' },
      )
    }
    if (
      if_not_exists &&
      (await this.#query('select from pg_catalog.pg_extension where extname = $1', [name])).length > 0
    )
      return
    const [before] = await this.#query<Before>(
      `select pg_catalog.current_setting('search_path') as path, pg_catalog.current_schema() as namespace`,
    )
    const schema = (options ?? [])
      .map((node) => as(node, 'DefElem'))
      .find((option) => option?.defname === 'schema')
    const written = as(schema?.arg, 'String')?.sval
    const namespace = stub.namespace ?? written ?? before?.namespace ?? 'public'
    if (stub.namespace !== null)
      await this.#query(`create schema if not exists ${quoteIdentifier(namespace)}`)
    await this.#setPath(quoteIdentifier(namespace))
    await this.#query(entry, [name, namespace, stub.version])
    if (stub.sql !== '') await this.#query(stub.sql)
    await this.#query(members, [name])
    await this.#setPath(before?.path ?? '')
    this.standIns.push(name)
  }

  #setPath(path: string): Promise<unknown> {
    return this.#query(`select pg_catalog.set_config('search_path', $1, false)`, [path])
  }

  #query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    return this.#connection.query<Row>(text, values)
  }
}

interface Before {
  readonly path: string
  readonly namespace: string | null
}

const entry = `
  insert into pg_catalog.pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  select pg_catalog.pg_nextoid('pg_catalog.pg_extension', 'oid', 'pg_catalog.pg_extension_oid_index'), $1,
    r.oid, n.oid, false, $3
  from pg_catalog.pg_namespace n, pg_catalog.pg_roles r
  where n.nspname = $2 and r.rolname = current_user`

/** What was made since the entry belongs to the extension. Ids grow, and nobody else works on the database. */
const members = `
  with extension as (select oid from pg_catalog.pg_extension where extname = $1), made (class, object) as (
    select 'pg_catalog.pg_class'::regclass, c.oid from pg_catalog.pg_class c where c.relkind in ('r', 'v', 'S')
    union all
    select 'pg_catalog.pg_type'::regclass, t.oid from pg_catalog.pg_type t
    left join pg_catalog.pg_class c on c.oid = t.typrelid
    where t.typelem = 0 and (t.typrelid = 0 or c.relkind = 'c')
    union all
    select 'pg_catalog.pg_proc'::regclass, p.oid from pg_catalog.pg_proc p
    union all
    select 'pg_catalog.pg_operator'::regclass, o.oid from pg_catalog.pg_operator o
    union all
    select 'pg_catalog.pg_opclass'::regclass, o.oid from pg_catalog.pg_opclass o
    union all
    select 'pg_catalog.pg_opfamily'::regclass, o.oid from pg_catalog.pg_opfamily o
    union all
    select 'pg_catalog.pg_am'::regclass, a.oid from pg_catalog.pg_am a
    union all
    select 'pg_catalog.pg_cast'::regclass, c.oid from pg_catalog.pg_cast c
  )
  insert into pg_catalog.pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
  select m.class, m.object, 0, 'pg_catalog.pg_extension'::regclass, e.oid, 0, 'e'
  from made m, extension e where m.object > e.oid`
