import type { Database, Engine, EngineConnection } from '../../../src/engine/engine.ts'
import type { Blueprint } from '../../../src/templates/blueprint.ts'
import { blueprintOf } from '../../../src/templates/blueprint.ts'
import type { TenancyOptions } from '../../../src/templates/tenancy/options.ts'
import { createTenancy } from '../../../src/templates/tenancy/tenancy.ts'
import { type TenancyInput, tenancyDeclaration } from '../../../src/tenancy/declaration.ts'

export const migrator = 'migrator'
export const login = 'web'

export function blueprint(declared: TenancyInput = {}, appRole = 'app_user'): Blueprint {
  return blueprintOf(tenancyDeclaration.parse(declared), appRole)
}

/** The migrator and the login of the application, neither a superuser; they belong to the whole server. */
export async function createLogins(engine: Engine): Promise<void> {
  const connection = await engine.database.connect()
  await connection.query(`create role ${migrator} login createrole`)
  await connection.query(`create role ${login} login noinherit`)
  await connection.close()
}

export async function emptyDatabase(engine: Engine): Promise<Database> {
  const database = await engine.createDatabase()
  const connection = await engine.database.connect()
  await connection.query(`alter database ${database.name} owner to ${migrator}`)
  await connection.close()
  return database
}

/** Runs statements one by one in one transaction, as migrations are run. */
export async function migrate(database: Database, statements: readonly string[]): Promise<void> {
  const connection = await database.connect({ user: migrator })
  try {
    await connection.query('begin')
    for (const statement of statements) {
      await connection.query(statement).catch((error: unknown) => {
        throw new Error(statement, { cause: error })
      })
    }
    await connection.query('commit')
  } finally {
    await connection.close()
  }
}

/** A database with the tenancy, to which the login of the application has access. */
export async function tenancyDatabase(
  engine: Engine,
  made: Blueprint = blueprint(),
  options: TenancyOptions = {},
): Promise<Database> {
  const database = await emptyDatabase(engine)
  await migrate(database, createTenancy(made, options))
  const connection = await engine.database.connect()
  const roles = [made.appRole, ...(made.supportRole === null ? [] : [made.supportRole])]
  await connection.query(
    `grant ${[...roles, ...made.systemTasks.map(({ role }) => role)].join(', ')} to ${login}`,
  )
  await connection.close()
  return database
}

export interface Context {
  readonly tenant?: string | null
  readonly user?: string | null
  readonly role?: string
}

/** One transaction as the application has it: its role and its settings for this transaction, then the queries; the rows of the last. */
export async function inContext<Row = Record<string, unknown>>(
  connection: EngineConnection,
  { tenant = null, user = null, role = 'app_user' }: Context,
  ...queries: readonly [string, ...string[]]
): Promise<readonly Row[]> {
  await connection.query('begin')
  try {
    await connection.query(`select set_config('role', $1, true)`, [role])
    if (tenant !== null) await connection.query(`select set_config('app.tenant_id', $1, true)`, [tenant])
    if (user !== null) await connection.query(`select set_config('app.user_id', $1, true)`, [user])
    let rows: readonly Row[] = []
    for (const query of queries) rows = await connection.query<Row>(query)
    await connection.query('commit')
    return rows
  } catch (error) {
    await connection.query('rollback')
    throw error
  }
}

/** The SQLSTATE of a refusal; what came back where nothing was refused. */
export async function refusalOf(attempt: () => Promise<unknown>): Promise<unknown> {
  try {
    return await attempt()
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}
