import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith, type Outcome, ringfence } from './ringfence.ts'

const safe = { 'migrations/1.sql': 'select 1;' }

/** Nothing on stdout, exit 2, and no stack trace. */
function refused({ code, stdout, stderr }: Outcome): string {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(stderr).not.toContain('unexpectedly')
  return stderr
}

describe('paths', () => {
  test("one that doesn't exist is refused by its name", () => {
    expect(refused(ringfence(['check', 'nowhere'], folderWith({})))).toContain('nowhere')
  })

  test('a folder without migrations is refused', () => {
    expect(refused(ringfence(['check', 'docs'], folderWith({ 'docs/a.txt': 'x' })))).toContain('docs')
  })

  test('files without a statement are refused', () => {
    const folder = folderWith({ 'migrations/1.sql': '-- to be written', 'migrations/2.sql': '' })
    expect(refused(ringfence(['check', 'migrations'], folder))).toContain(
      'migrations: no statement is there to check, in 2 files',
    )
  })

  test('an empty path is refused, and not taken for the working directory', () => {
    expect(refused(ringfence(['check', ''], folderWith(safe)))).toContain('a path is empty')
  })

  test('a glob that matches nothing is refused', () => {
    expect(refused(ringfence(['check', 'migrations/*.nope'], folderWith(safe)))).toContain('*.nope')
  })

  test('none at all names the folder that could be meant', () => {
    expect(refused(ringfence(['check'], folderWith(safe)))).toContain('a glob, such as migrations')
  })

  test('a directory named like a file is refused or left aside, and never read as empty', () => {
    const folder = folderWith({ 'migrations/1.sql/readme.txt': 'x' })
    refused(ringfence(['check', 'migrations'], folder))
  })

  test('a file that is no UTF-8 is refused with its name', () => {
    const folder = folderWith({ 'migrations/1.sql': Buffer.from([0x73, 0xff, 0xfe, 0x31]) })
    expect(refused(ringfence(['check', 'migrations'], folder))).toContain('migrations/1.sql')
  })

  test.skipIf(process.getuid?.() === 0)('a file that may not be read is refused with its name', () => {
    const folder = folderWith(safe)
    chmodSync(join(folder, 'migrations/1.sql'), 0)
    expect(refused(ringfence(['check', 'migrations'], folder))).toContain('migrations/1.sql')
  })
})

describe('options', () => {
  test('an unknown layout names the nearest', () => {
    const args = ['check', 'migrations', '--layout', 'dbmat']
    expect(refused(ringfence(args, folderWith(safe)))).toContain(
      'unknown layout "dbmat"; did you mean "dbmate"?',
    )
  })

  test('an unknown format names the known ones', () => {
    const args = ['check', 'migrations', '--format', 'jsn']
    expect(refused(ringfence(args, folderWith(safe)))).toContain('did you mean "json"?')
  })

  test('a format of a later version is refused as such', () => {
    const args = ['check', 'migrations', '--format', 'html']
    expect(refused(ringfence(args, folderWith(safe)))).toContain('--format html is not there yet')
  })

  test.each(['x', '-1', '1.5'])('--max-warnings %s is refused', (number) => {
    const args = ['check', 'migrations', `--max-warnings=${number}`]
    expect(refused(ringfence(args, folderWith(safe)))).toContain('--max-warnings')
  })

  test('an unknown option, or command, names the nearest', () => {
    expect(refused(ringfence(['check', '--formt', 'json'], folderWith(safe)))).toContain('--format')
    expect(refused(ringfence(['chek'], folderWith(safe)))).toContain('check')
  })

  test("an --output that can't be written is refused with its name", () => {
    const args = ['check', 'migrations', '--output', 'no/such/folder/out.txt']
    expect(refused(ringfence(args, folderWith(safe)))).toContain('no/such/folder/out.txt')
  })
})

describe('the config', () => {
  function complaint(config: string, name = 'ringfence.config.json'): string {
    return refused(ringfence(['check'], folderWith({ ...safe, [name]: config })))
  }

  test("that doesn't exist is refused by its name", () => {
    const args = ['check', '--config', 'none.json']
    expect(refused(ringfence(args, folderWith(safe)))).toContain("none.json: the config can't be read")
  })

  test('of an unknown kind is refused', () => {
    const folder = folderWith({ ...safe, 'config.yaml': 'x' })
    expect(refused(ringfence(['check', '--config', 'config.yaml'], folder))).toContain('.json')
  })

  test('of broken JSON is refused with line and column', () => {
    expect(complaint('{\n  "migrations": ["migrations"],\n}')).toContain('ringfence.config.json:3:1: a key')
  })

  test('with an unknown key names the nearest, with its place', () => {
    expect(complaint('{\n  "migration": ["migrations"]\n}')).toContain(
      'ringfence.config.json:2:3: migration: unknown key; did you mean "migrations"?',
    )
    expect(complaint('{ "tenancy": { "tenantsKey": "x" } }')).toContain('did you mean "tenantKey"?')
  })

  test('with an unknown check id names the nearest', () => {
    expect(complaint('{ "checks": { "row-security-not-force": "off" } }')).toContain(
      'checks.row-security-not-force: unknown key; did you mean "row-security-not-forced"?',
    )
  })

  test('with an unknown severity names the known ones', () => {
    expect(complaint('{ "checks": { "row-security-not-forced": "eror" } }')).toContain(
      'did you mean "error"?',
    )
  })

  test('with an unknown layout names the nearest', () => {
    expect(complaint('{ "migrations": [{ "path": "m", "layout": "flywai" }] }')).toContain(
      'did you mean "flyway"?',
    )
  })

  test('that contradicts itself is refused with both places', () => {
    const tenancy = { tenants: 'public.a', systemTables: ['public.a'] }
    expect(complaint(JSON.stringify({ tenancy }, null, 2))).toContain(
      "ringfence.config.json:3:5: tenancy.tenants: public.a can't be in tenants: it is in systemTables already",
    )
  })

  test('with several mistakes tells all of them', () => {
    const lines = complaint('{ "migrations": [], "x": 1 }').split('\n')
    expect(lines.filter((line) => line.startsWith('ringfence.config.json:1:'))).toHaveLength(2)
  })

  test('twice in one folder is refused', () => {
    const folder = folderWith({
      ...safe,
      'ringfence.config.json': '{}',
      'ringfence.config.mjs': 'export default {}',
    })
    expect(refused(ringfence(['check'], folder))).toContain('two configs in one folder')
  })

  test('beside the key of package.json is refused', () => {
    const folder = folderWith({
      ...safe,
      'ringfence.config.json': '{}',
      'package.json': '{ "ringfence": {} }',
    })
    expect(refused(ringfence(['check'], folder))).toContain('package.json')
  })

  test('that throws is refused with its message', () => {
    expect(complaint('throw new Error("no luck")', 'ringfence.config.mjs')).toContain('no luck')
  })

  test('that exports nothing is refused', () => {
    expect(complaint('export const x = 1', 'ringfence.config.mjs')).toContain('ringfence.config.mjs')
  })
})

describe('explain', () => {
  test('an unknown check names the nearest', () => {
    expect(refused(ringfence(['explain', 'row-security-forced'], folderWith({})))).toContain(
      'did you mean "row-security-not-forced"?',
    )
  })
})

describe('a declaration that the migrations do not meet', () => {
  const folderFor = (tenancy: object) =>
    folderWith({
      'migrations/1.sql': 'create table public.notes (tenant_id uuid);',
      'ringfence.config.json': JSON.stringify({ migrations: ['migrations'], tenancy }),
    })

  test('a guarded namespace that is not there is refused, with the nearest', () => {
    expect(refused(ringfence(['check'], folderFor({ guardedNamespaces: ['pubic'] })))).toContain(
      'ringfence.config.json: tenancy.guardedNamespaces names pubic, which no migration creates; did you mean "public"?',
    )
  })

  test('a relation that is not there is told on stderr', () => {
    const { stderr } = ringfence(
      ['check'],
      folderFor({ globalTables: [{ relation: 'public.notess', reason: 'shared' }] }),
    )
    expect(stderr).toContain('tenancy.globalTables names public.notess, which no migration creates')
  })
})
