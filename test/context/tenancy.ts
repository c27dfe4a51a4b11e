import pg from 'pg'
import { beforeAll, onTestFinished } from 'vitest'
import type { Database, Engine } from '../../src/engine/engine.ts'
import { sql } from '../../src/sql/template.ts'
import { blueprintOf } from '../../src/templates/blueprint.ts'
import { createTenantTable } from '../../src/templates/tables/tenant-table.ts'
import { createTenancy } from '../../src/templates/tenancy/tenancy.ts'

export const tenantA = 'aaaaaaaa-0000-4000-8000-000000000001'
export const tenantB = 'bbbbbbbb-0000-4000-8000-000000000002'
export const userA = '0000000a-0000-4000-8000-00000000000a'
export const userB = '0000000b-0000-4000-8000-00000000000b'

export const declaration = {
  systemTasks: [{ name: 'nightly-billing', role: 'billing_task', reason: 'bills every tenant' }],
  supportRole: 'support',
} as const

export const asA = { tenantId: tenantA, userId: userA } as const
export const asB = { tenantId: tenantB, userId: userB } as const
export const billing = { task: 'nightly-billing', reason: 'monthly run' } as const

/**
 * Makes databases that have two tenants of one member each, who have two invoices each, and a login role `app_login`.
 */
export function tenancyOn(server: () => Engine): () => Promise<Database> {
  let template = ''
  beforeAll(async () => {
    const database = await server().createDatabase()
    const superuser = await database.connect()
    await superuser.query(
      `create role migrator createrole; alter database ${database.name} owner to migrator; grant create on schema public to migrator`,
    )
    const migrator = await database.connect({ settings: { role: 'migrator' } })
    for (const statement of migrations) await migrator.query(statement)
    await migrator.close()
    await superuser.query(seed)
    await superuser.close()
    template = database.name
  })
  return async () => await server().createDatabase({ template })
}

/** How to connect to a database as one of its roles. */
export function loginTo(database: Database, user = 'app_login'): pg.PoolConfig {
  const url = new URL(database.url)
  url.searchParams.set('user', user)
  return { connectionString: url.href }
}

export function poolOf(database: Database, options: pg.PoolConfig = {}, user?: string): pg.Pool {
  const pool = new pg.Pool({ max: 4, ...loginTo(database, user), ...options })
  pool.on('error', () => undefined)
  onTestFinished(() => (pool.ending ? undefined : pool.end()))
  return pool
}

/** What the superuser sees. */
export async function look<Row>(database: Database, text: string): Promise<readonly Row[]> {
  const connection = await database.connect()
  try {
    return await connection.query<Row>(text)
  } finally {
    await connection.close()
  }
}

const blueprint = blueprintOf(declaration, 'app_user')

export const migrations = [
  ...createTenancy(blueprint),
  ...createTenantTable(blueprint, {
    table: { namespace: 'public', name: 'invoices' },
    columns: [
      { name: 'number', definition: 'integer not null' },
      { name: 'note', definition: 'text' },
    ],
    constraints: ['unique (tenant_id, number)'],
    support: true,
    tasks: { 'nightly-billing': ['select', 'update'] },
  }).up,
]

export const seed = sql`
  create role app_login login;
  grant app_user, billing_task, support to app_login;
  insert into public.tenants (id, name) values ('${tenantA}', 'A'), ('${tenantB}', 'B');
  insert into public.memberships (tenant_id, user_id, role, accepted_at) values
    ('${tenantA}', '${userA}', 'owner', now()), ('${tenantB}', '${userB}', 'owner', now());
  insert into public.invoices (tenant_id, number, note) values
    ('${tenantA}', 1, 'A1'), ('${tenantA}', 2, 'A2'), ('${tenantB}', 1, 'B1'), ('${tenantB}', 2, 'B2');
`
