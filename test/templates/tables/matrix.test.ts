import { afterAll, beforeAll, describe, test } from 'vitest'
import { loadParser } from '../../../src/sql/parse.ts'
import { identifier, qualified } from '../../../src/templates/names.ts'
import type { Access, IdType, PartitionBound, PartitionBy } from '../../../src/templates/tables/options.ts'
import { createTenantPartition } from '../../../src/templates/tables/partition.ts'
import { createChildTable, createTenantTable } from '../../../src/templates/tables/tenant-table.ts'
import { testedMajor, testServer } from '../../server.ts'
import { Attempt, attacks, seed, type Target } from './attacks.ts'
import { Scene, type SceneOptions } from './scene.ts'

const server = testServer()
beforeAll(loadParser)

/** A tenant table, its child and its grandchild. */
interface Variant extends SceneOptions {
  readonly name: string
  readonly id?: IdType
  readonly namespace?: string
  readonly tables?: readonly [string, string, string]
  readonly parentColumn?: string
  readonly access?: Access
  /** Of the first table, or of all where they are partitioned by the tenant. */
  readonly partitions?: {
    readonly by: PartitionBy
    readonly bounds: Readonly<Record<string, PartitionBound>>
  }
}

const longest = 'n'.repeat(63)

const variants: readonly Variant[] = [
  { name: 'keys of uuid' },
  { name: 'keys and ids of bigint', declared: { keyType: 'bigint' }, id: 'bigint' },
  { name: 'keys of text', declared: { keyType: 'text' } },
  {
    name: 'roles for each command, support and a system task',
    declared: {
      supportRole: 'support_desk',
      systemTasks: [
        { name: 'nightly-billing', role: 'billing_task', reason: 'bills all tenants' },
        { name: 'cleanup', role: 'cleanup_task', reason: 'deletes what is old' },
      ],
    },
    access: {
      roles: { insert: ['owner', 'admin', 'member'], update: ['owner', 'admin'], delete: ['owner'] },
      support: true,
      tasks: { 'nightly-billing': ['select', 'update'], cleanup: ['delete'] },
    },
  },
  {
    name: 'partitions by hash of the tenant',
    partitions: {
      by: { strategy: 'hash', columns: ['tenant_id'] },
      bounds: { even: { modulus: 2, remainder: 0 }, odd: { modulus: 2, remainder: 1 } },
    },
  },
  {
    name: 'partitions by list of the tenant',
    declared: { keyType: 'bigint' },
    partitions: {
      by: { strategy: 'list', columns: ['tenant_id'] },
      bounds: { first: { in: [1] }, others: 'default' },
    },
  },
  {
    name: 'partitions by range of a time',
    partitions: {
      by: { strategy: 'range', columns: ['created_at'] },
      bounds: {
        old: { from: [null], to: ['2026-01-01'] },
        now: { from: ['2026-01-01'], to: [null] },
      },
    },
  },
  {
    name: 'names that must be quoted, and reserved words',
    appRole: 'App User',
    declared: {
      tenantKey: 'Tenant "Key"',
      tenants: '"Big Co"."order"',
      memberships: {
        relation: '"Big Co"."User"',
        tenantKey: 'group',
        userKey: "user's id",
        role: 'grant',
        acceptedAt: 'Accepted',
        revokedAt: '$$',
      },
      context: {
        tenantSetting: 'my_app.tenant',
        userSetting: 'my_app.person',
        namespace: 'select',
        functionOwner: 'Function; Owner',
      },
      accessLog: '"select"."Access Log"',
    },
    namespace: 'Big Co',
    tables: ['table', "it's; drop table x; --", '$$ "all" \\ %s'],
    parentColumn: 'References',
  },
  {
    name: 'names of 63 bytes',
    appRole: `a${longest.slice(1)}`,
    declared: { tenantKey: `k${longest.slice(1)}` },
    tables: [`t${longest.slice(1)}`, `é${longest.slice(2)}`, `u${longest.slice(1)}`],
    parentColumn: `p${longest.slice(1)}`,
  },
  {
    name: 'default privileges for everybody, as on a platform',
    before: [
      'create role anon nologin',
      'create role authenticated nologin',
      `create role "O'Hara; ""x""" nologin`,
      `alter default privileges for role migrator in schema public grant all on tables to "O'Hara; ""x"""`,
      ...['tables', 'sequences', 'functions'].map(
        (objects) =>
          `alter default privileges for role migrator in schema public grant all on ${objects} to anon, authenticated, public`,
      ),
      'alter default privileges for role migrator grant select on tables to anon with grant option',
    ],
    id: 'bigint',
  },
  {
    name: 'Supabase, with its default privileges',
    appRole: 'authenticated',
    declared: { platform: 'supabase', guardedNamespaces: ['public', 'app'] },
    before: [
      'create role anon nologin noinherit',
      'create role authenticated nologin noinherit',
      'create role service_role nologin noinherit bypassrls',
      'create schema auth',
      `create function auth.uid() returns uuid language sql stable as $$
        select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
      $$`,
      'grant usage on schema auth to migrator, anon, authenticated, service_role',
      'grant usage on schema public to anon, authenticated, service_role',
      ...['tables', 'sequences', 'functions'].map(
        (objects) =>
          `alter default privileges for role migrator in schema public grant all on ${objects} to anon, authenticated, service_role`,
      ),
    ],
  },
]

describe.each(variants)('$name', (variant) => {
  const { tables: [top, child, grandchild] = ['invoices', 'lines', 'taxes'], namespace = 'public' } = variant
  const { parentColumn = 'parent_id', partitions, access = {} } = variant
  const named = (name: string) => ({ namespace, name })
  const tenantKey = variant.declared?.tenantKey ?? 'tenant_id'
  const isByTime = partitions?.by.columns[0] === 'created_at'
  let scene: Scene

  const common = { ...access, ...(variant.id === undefined ? {} : { id: variant.id }) }
  const type = variant.id === undefined ? {} : { type: variant.id }
  const partitioned = partitions === undefined ? {} : { partitionBy: partitions.by }

  function tables(): string[] {
    const note = { name: 'note', definition: "text not null default 'note'" }
    const time = { name: 'created_at', definition: "timestamptz not null default '2026-06-01'" }
    const also = [{ column: 'parent_time', references: 'created_at', type: 'timestamptz' }]
    const { blueprint } = scene
    const partitionsOf = (table: string) =>
      Object.entries(partitions?.bounds ?? {}).flatMap(
        ([name, bound]) =>
          createTenantPartition(blueprint, {
            ...access,
            table: named(`${table}_${name}`),
            of: named(table),
            bound,
          }).up,
      )
    const isAll = partitions !== undefined && !isByTime
    return [
      ...createTenantTable(blueprint, {
        table: named(top),
        columns: isByTime ? [note, time] : [note],
        ...common,
        ...partitioned,
      }).up,
      ...partitionsOf(top),
      ...createChildTable(blueprint, {
        table: named(child),
        parent: { table: named(top), column: parentColumn, ...type, ...(isByTime ? { also } : {}) },
        columns: [note],
        ...common,
        ...(isAll ? partitioned : {}),
      }).up,
      ...(isAll ? partitionsOf(child) : []),
      ...createChildTable(blueprint, {
        table: named(grandchild),
        parent: { table: named(child), column: parentColumn, ...type },
        columns: [note],
        ...common,
      }).up,
    ]
  }

  function targets(): readonly Target[] {
    const below = (table: string, of: string, hasTime: boolean): Target => ({
      table: named(table),
      parent: { column: parentColumn, table: named(of) },
      isPartitioned: partitions !== undefined && !isByTime && table === child,
      fresh: (key) => ({
        [parentColumn]: `(select min(id::text)::${variant.id ?? 'uuid'} from ${qualified(named(of))} where ${identifier(tenantKey)} = ${key})`,
        ...(hasTime ? { parent_time: "'2026-06-01'" } : {}),
      }),
    })
    return [
      { table: named(top), isPartitioned: partitions !== undefined },
      below(child, top, isByTime),
      below(grandchild, child, false),
    ]
  }

  beforeAll(async () => {
    scene = await Scene.open(server(), variant)
    await scene.migrate(tables())
    await scene.settle()
    for (const target of targets()) await seed(scene, target)
  }, 60_000)
  afterAll(async () => {
    await scene.close()
    await server().reset()
  })

  test('nothing is unmodelled, both sources tell the same, and no check finds anything', async () => {
    await scene.expectSafe()
  })

  describe.each(targets().map((target) => ({ target, table: target.table.name })))('$table', ({ target }) => {
    const meant = attacks.filter(({ since = 14, isFor }) => since <= testedMajor && isFor?.(target) !== false)
    test.each(meant)('$title', async ({ run }) => {
      await run(new Attempt(scene, target))
    })
  })
})
