import type { Database, Engine } from '../src/engine/engine.ts'
import { blueprintOf } from '../src/templates/blueprint.ts'
import { createChildTable, createTenantTable } from '../src/templates/tables/tenant-table.ts'
import { createTenancy } from '../src/templates/tenancy/tenancy.ts'
import { median } from './paired.ts'
import { Pipeline } from './pipeline.ts'

/** How much the emitted policies cost against a hand-written `where tenant_id = $1` without row security. */
export interface PolicyTimes {
  readonly workload: string
  readonly tenant: 'small' | 'big'
  /** Microseconds of one execution: medians. */
  readonly guarded: number
  readonly plain: number
  /** Median of the ratios, and of the differences in microseconds, round by round. */
  readonly ratio: number
  readonly more: number
}

const user = '00000000-0000-4000-9000-000000000001'

/**
 * A million invoices and a million lines of 1,001 tenants, one of which holds a tenth, twice: in `public` behind the
 * emitted policies, in `plain` with the same columns, constraints and indexes and none.
 */
export async function fillPolicies(engine: Engine): Promise<Database> {
  const database = await engine.createDatabase()
  const connection = await database.connect()
  for (const statement of [...guardedSide(), ...rows, ...plainSide]) await connection.query(statement)
  await connection.query(
    'grant usage on schema plain to app_user; grant all on all tables in schema plain to app_user',
  )
  await connection.query('vacuum analyze')
  await connection.close()
  return database
}

/**
 * Runs every workload on both sides in turn, as the app role in the context of a tenant. Statements are prepared, and sent many at a time
 * over the socket of the server, so that what is measured is the server and not the wait for each answer.
 */
export async function policyTimes(database: Database, rounds: number): Promise<PolicyTimes[]> {
  const times: PolicyTimes[] = []
  const pipeline = await Pipeline.open(database)
  for (const [tenant, key] of [
    ['small', tenantId(500)],
    ['big', tenantId(1)],
  ] as const) {
    const ids = await pipeline.column(`select id from bench.ids where tenant_id = '${key}' order by 1`)
    for (const { name, executions, guarded, plain } of workloads) {
      const pairs: { guarded: number; plain: number }[] = []
      for (let round = -1; round < rounds; round++) {
        const pair = { guarded: 0, plain: 0 }
        const sides = round % 2 === 0 ? (['guarded', 'plain'] as const) : (['plain', 'guarded'] as const)
        for (const side of sides) {
          const { text, values } = (side === 'guarded' ? guarded : plain)(key)
          const each = Array.from({ length: executions }, (_, at) => values(ids[at % ids.length] ?? '', at))
          await pipeline.run(beginAs(key))
          await pipeline.prepare(text)
          await pipeline.execute(each.slice(0, 20))
          pair[side] = (await pipeline.execute(each)) / executions
          await pipeline.run('rollback')
        }
        if (round >= 0) pairs.push(pair)
      }
      times.push({
        workload: name,
        tenant,
        guarded: median(pairs.map((pair) => pair.guarded)),
        plain: median(pairs.map((pair) => pair.plain)),
        ratio: median(pairs.map((pair) => pair.guarded / pair.plain)),
        more: median(pairs.map((pair) => pair.guarded - pair.plain)),
      })
    }
  }
  await pipeline.close()
  return times
}

function beginAs(tenant: string): string {
  return `begin; select set_config('role', 'app_user', true), set_config('app.tenant_id', '${tenant}', true),
    set_config('app.user_id', '${user}', true)`
}

interface Prepared {
  readonly text: string
  /** The parameters of one execution, by an id of the tenant and the number of the execution. */
  readonly values: (id: string, at: number) => readonly string[]
}

interface Workload {
  readonly name: string
  readonly executions: number
  readonly guarded: (tenant: string) => Prepared
  readonly plain: (tenant: string) => Prepared
}

const workloads: readonly Workload[] = [
  {
    name: 'point read',
    executions: 3_000,
    guarded: () => ({ text: 'select * from public.invoices where id = $1', values: (id) => [id] }),
    plain: (tenant) => ({
      text: 'select * from plain.invoices where tenant_id = $2 and id = $1',
      values: (id) => [id, tenant],
    }),
  },
  {
    name: 'list of 50',
    executions: 500,
    guarded: () => ({
      text: 'select * from public.invoices order by created_at desc, id limit 50',
      values: () => [],
    }),
    plain: (tenant) => ({
      text: 'select * from plain.invoices where tenant_id = $1 order by created_at desc, id limit 50',
      values: () => [tenant],
    }),
  },
  {
    name: 'join of 2',
    executions: 1_500,
    guarded: () => ({ text: join('public', 'v.id = $1'), values: (id) => [id] }),
    plain: (tenant) => ({
      text: join('plain', 'v.tenant_id = $2 and v.id = $1'),
      values: (id) => [id, tenant],
    }),
  },
  {
    name: 'aggregate',
    executions: 10,
    guarded: () => ({ text: 'select count(*), sum(total) from public.invoices', values: () => [] }),
    plain: (tenant) => ({
      text: 'select count(*), sum(total) from plain.invoices where tenant_id = $1',
      values: () => [tenant],
    }),
  },
  {
    name: 'insert',
    executions: 1_000,
    guarded: () => ({
      text: insert('public', '', "values ('customer', $1, $1, '2026-01-01')"),
      values: (_, at) => [String(at)],
    }),
    plain: (tenant) => ({
      text: insert('plain', 'tenant_id, ', "values ($2, 'customer', $1, $1, '2026-01-01')"),
      values: (_, at) => [String(at), tenant],
    }),
  },
  {
    name: 'bulk insert of 10,000',
    executions: 2,
    guarded: () => ({ text: insert('public', '', `select ${manyInvoices}`), values: () => [] }),
    plain: (tenant) => ({
      text: insert('plain', 'tenant_id, ', `select $1, ${manyInvoices}`),
      values: () => [tenant],
    }),
  },
  {
    name: 'update',
    executions: 1_000,
    guarded: () => ({
      text: 'update public.invoices set total = $2 where id = $1',
      values: (id, at) => [id, String(at)],
    }),
    plain: (tenant) => ({
      text: 'update plain.invoices set total = $2 where tenant_id = $3 and id = $1',
      values: (id, at) => [id, String(at), tenant],
    }),
  },
]

const manyInvoices = "'customer', n, n, timestamptz '2026-01-01' from generate_series(1, 10000) n"

function join(side: string, condition: string): string {
  return `select * from ${side}.invoices v
    join ${side}.invoice_lines l on l.tenant_id = v.tenant_id and l.invoice_id = v.id where ${condition}`
}

function insert(side: string, key: string, rest: string): string {
  return `insert into ${side}.invoices (${key}customer, number, total, created_at) ${rest}`
}

function guardedSide(): readonly string[] {
  const blueprint = blueprintOf({}, 'app_user')
  const invoices = { namespace: 'public', name: 'invoices' }
  const invoiceLines = { namespace: 'public', name: 'invoice_lines' }
  return [
    ...createTenancy(blueprint),
    ...createTenantTable(blueprint, {
      table: invoices,
      columns: [
        { name: 'customer', definition: 'text not null' },
        { name: 'number', definition: 'integer not null' },
        { name: 'total', definition: 'integer not null' },
        { name: 'created_at', definition: 'timestamptz not null' },
      ],
    }).up,
    'create index on public.invoices (tenant_id, created_at desc, id)',
    ...createChildTable(blueprint, {
      table: invoiceLines,
      parent: { table: invoices, column: 'invoice_id' },
      columns: [{ name: 'amount', definition: 'integer not null' }],
    }).up,
  ]
}

const rows = [
  "set session_replication_role = 'replica'", // Foreign keys hold by construction.
  `insert into public.tenants (id, name) select ${tenantId('n')}, 'tenant ' || n from generate_series(1, 1001) n`,
  `insert into public.memberships (tenant_id, user_id, role, accepted_at)
    select ${tenantId('n')}, ('00000000-0000-4000-9000-' || lpad(u::text, 12, '0'))::uuid, 'member', now()
    from generate_series(1, 1001) n, generate_series(1, 30) u`,
  `insert into public.invoices (tenant_id, id, customer, number, total, created_at)
    select ${tenantId('case when n % 10 = 0 then 1 else 2 + n % 1000 end')}, gen_random_uuid(), 'customer ' || n % 97, n, n % 1000,
      timestamptz '2026-01-01' + n * interval '7 seconds'
    from generate_series(1, 1000000) n`,
  `insert into public.invoice_lines (tenant_id, invoice_id, id, amount)
    select tenant_id, id, gen_random_uuid(), number % 100 from public.invoices`,
  'reset session_replication_role',
]

const plainSide = [
  'create schema plain; create schema bench; grant usage on schema bench to app_user',
  'create table plain.tenants (like public.tenants including all); insert into plain.tenants select * from public.tenants',
  'create table plain.invoices (like public.invoices including all); insert into plain.invoices select * from public.invoices',
  'create table plain.invoice_lines (like public.invoice_lines including all); insert into plain.invoice_lines select * from public.invoice_lines',
  `alter table plain.invoices add foreign key (tenant_id) references plain.tenants (id)`,
  `alter table plain.invoice_lines add foreign key (tenant_id, invoice_id) references plain.invoices (tenant_id, id) on delete cascade`,
  `create table bench.ids as select tenant_id, id from (
    select tenant_id, id, row_number() over (partition by tenant_id order by id) as at from plain.invoices
    where tenant_id in ('${tenantId(500)}', '${tenantId(1)}')) numbered where at <= 100`,
  'grant select on bench.ids to app_user',
]

function tenantId(n: number | string): string {
  return typeof n === 'number'
    ? `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
    : `('00000000-0000-4000-8000-' || lpad((${n})::text, 12, '0'))::uuid`
}
