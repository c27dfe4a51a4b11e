import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { ConfigEntry } from '../../../src/run/init/config-entry.ts'
import { configJson, configProgram } from '../../../src/run/init/config-text.ts'
import { tree } from '../../replay/layouts/tree.ts'

const long = Array.from({ length: 5 }, (_, at) => `public.a_table_with_a_rather_long_name_${at}`)

const entries: ConfigEntry[] = [
  { key: 'migrations', notes: ['1 file.'], value: ['db'], isTold: true },
  {
    key: 'tenancy',
    notes: [],
    entries: [
      { key: 'tenantKey', notes: ['Why.'], value: 'tenant_id', isTold: true },
      { key: 'tenants', notes: ['Which table?'], value: 'public.tenants', isTold: false },
      { key: 'systemTables', notes: [], value: long, isTold: true },
      {
        key: 'globalTables',
        notes: ['Which?'],
        value: long.map((relation) => ({ relation, reason: '' })),
        isTold: false,
      },
    ],
  },
]

it('writes what is told, and what is not as a comment', () => {
  expect(configProgram(entries.slice(0, 2), 'Heading.', true)).toBe(`import { defineConfig } from 'ringfence'

// Heading.
export default defineConfig({
  // 1 file.
  migrations: ['db'],
  tenancy: {
    // Why.
    tenantKey: 'tenant_id',
    // Which table?
    // tenants: 'public.tenants',
    systemTables: [
      'public.a_table_with_a_rather_long_name_0',
      'public.a_table_with_a_rather_long_name_1',
      'public.a_table_with_a_rather_long_name_2',
      'public.a_table_with_a_rather_long_name_3',
      'public.a_table_with_a_rather_long_name_4',
    ],
    // Which?
    // globalTables: [
    //   { relation: 'public.a_table_with_a_rather_long_name_0', reason: '' },
    //   { relation: 'public.a_table_with_a_rather_long_name_1', reason: '' },
    //   { relation: 'public.a_table_with_a_rather_long_name_2', reason: '' },
    //   { relation: 'public.a_table_with_a_rather_long_name_3', reason: '' },
    //   { relation: 'public.a_table_with_a_rather_long_name_4', reason: '' },
    // ],
  },
})
`)
})

it('writes JSON without what is not told', () => {
  expect(JSON.parse(configJson(entries))).toEqual({
    migrations: ['db'],
    tenancy: { tenantKey: 'tenant_id', systemTables: long },
  })
})

it('writes names that hold quotes and line breaks so that they load as they are, and run nothing', async () => {
  const key = `a'b"c\\d\u2028\nprocess.exit(3)//*/`
  const hostile: ConfigEntry[] = [
    {
      key: 'tenancy',
      notes: [`${key} is a name\u2029process.exit(4)`],
      entries: [
        { key: 'tenantKey', notes: [key], value: key, isTold: true },
        { key: 'tenants', notes: [key], value: key, isTold: false },
        { key: 'appRoles', notes: [], value: [key, "it's"], isTold: true },
      ],
    },
  ]
  const cwd = tree({})
  writeFileSync(join(cwd, 'ringfence.config.ts'), configProgram(hostile, key, false))
  expect(await loadConfig({ cwd, file: null })).toMatchObject({
    tenancy: { tenantKey: key, appRoles: [key, "it's"] },
  })
})
