import { expect, test } from 'vitest'
import { tenantContext } from '../../src/pg.ts'
import { sql } from '../../src/sql/template.ts'
import { blueprintOf } from '../../src/templates/blueprint.ts'
import { createTenantTable } from '../../src/templates/tables/tenant-table.ts'
import { createTenancy } from '../../src/templates/tenancy/tenancy.ts'
import { testServer } from '../server.ts'
import { poolOf, tenantA, tenantB, userA, userB } from './tenancy.ts'

const server = testServer()
const declaration = {
  platform: 'supabase',
  appRole: 'authenticated',
  systemTasks: [{ name: 'billing', role: 'billing_task', reason: 'bills every tenant' }],
} as const
const { withTenant, withUser, withSystemTask } = tenantContext(declaration)

const platform = sql`
  create role anon nologin;
  create role authenticated nologin;
  create role service_role nologin bypassrls;
  create schema auth;
  create function auth.uid() returns uuid language sql stable as $$
    select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
      nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;
  grant usage on schema auth to public;
  create role migrator createrole;
  grant authenticated to migrator with admin option;
  grant create on schema public to migrator;
`

test('on supabase the user of the context is that of auth.uid(), whatever a session was left with', async () => {
  const database = await server().createDatabase()
  const superuser = await database.connect()
  await superuser.query(platform)
  await superuser.query(`alter database ${database.name} owner to migrator; set role migrator`)
  const blueprint = blueprintOf(declaration, 'authenticated')
  const invoices = createTenantTable(blueprint, {
    table: { namespace: 'public', name: 'invoices' },
    columns: [{ name: 'note', definition: 'text' }],
    tasks: { billing: ['select'] },
  })
  for (const statement of [...createTenancy(blueprint), ...invoices.up]) await superuser.query(statement)
  await superuser.query(sql`
    reset role;
    create role web login;
    grant authenticated, billing_task to web;
    insert into public.tenants (id, name) values ('${tenantA}', 'A'), ('${tenantB}', 'B');
    insert into public.memberships (tenant_id, user_id, role, accepted_at) values
      ('${tenantA}', '${userA}', 'owner', now()), ('${tenantB}', '${userB}', 'owner', now());
    insert into public.invoices (tenant_id, note) values ('${tenantA}', 'A1'), ('${tenantB}', 'B1');
  `)
  await superuser.close()

  const pool = poolOf(database, { max: 1 }, 'web')
  const client = await pool.connect()
  await client.query(`set request.jwt.claim.sub = '${userB}'; set request.jwt.claims = '{"sub": "${userB}"}'`)
  client.release()
  const notes = `select auth.uid() as user, (select array_agg(note order by note) from invoices) as notes`
  const read = async (run: Promise<{ rows: unknown[] }>) => (await run).rows[0]
  const ofA = { tenantId: tenantA, userId: userA }
  expect(await read(withTenant(pool, ofA, (c) => c.query(notes)))).toEqual({ user: userA, notes: ['A1'] })
  const forged = { tenantId: tenantB, userId: userA }
  expect(await read(withTenant(pool, forged, (c) => c.query(notes)))).toEqual({ user: userA, notes: null })
  expect(await read(withUser(pool, { userId: userA }, (c) => c.query(notes)))).toMatchObject({ user: userA })
  const task = { task: 'billing', reason: 'run' } as const
  expect(await read(withSystemTask(pool, task, (c) => c.query(notes)))).toEqual({
    user: null,
    notes: ['A1', 'B1'],
  })
})
