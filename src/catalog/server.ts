import { InputError } from '../findings/input-error.ts'
import type { RoleName } from '../model/schema-model.ts'
import type { ServerFacts } from '../model/server-facts.ts'
import type { Connection } from '../sql/connection.ts'
import { sql } from '../sql/template.ts'

interface ServerRow {
  readonly version: number
  readonly database: string
  readonly owner: RoleName
  readonly bootstrapRole: RoleName
  readonly role: RoleName
  readonly superuser: boolean
  readonly searchPath: string
}

const server = sql`
  select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version,
    d.datname as database, pg_catalog.pg_get_userbyid(d.datdba) as owner,
    pg_catalog.pg_get_userbyid(10) as "bootstrapRole",
    r.rolname as role, r.rolsuper as superuser,
    pg_catalog.current_setting('search_path') as "searchPath"
  from pg_catalog.pg_database d, pg_catalog.pg_roles r
  where d.datname = pg_catalog.current_database() and r.rolname = current_user`

/** To be read before anything is set for the reading. */
export async function readServer(
  connection: Connection,
): Promise<Omit<ServerFacts, 'capabilities' | 'drift'>> {
  const [row] = await connection.query<ServerRow>(server)
  if (row === undefined) throw new InputError('the server does not tell which database and role this is')
  const { version, database, owner, bootstrapRole, role, superuser, searchPath } = row
  return {
    version,
    database: { name: database, owner },
    bootstrapRole,
    reader: { role, superuser },
    searchPath,
  }
}
