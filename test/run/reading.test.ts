import { describe, expect, test } from 'vitest'
import { folderWith, ringfence } from '../cli/ringfence.ts'

const table = 'create table public.notes (id uuid primary key, tenant_id uuid not null);\n'

/** What stderr says was not replayed. */
function leftAside(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line.includes('not replayed'))
}

describe.each(['check', 'model'])('%s', (command) => {
  test('the files that a layout leaves aside are named on stderr, by reason', () => {
    const files = Object.fromEntries(
      [1, 2, 3, 4, 5].map((version) => [`m/${version}_a.down.sql`, 'drop table public.notes;']),
    )
    const cwd = folderWith({ ...files, 'm/1_a.up.sql': table, 'm/notes.sql': table })
    expect(leftAside(ringfence([command, 'm'], cwd).stderr)).toEqual([
      expect.stringContaining(
        'm/1_a.down.sql, m/2_a.down.sql, m/3_a.down.sql and 2 more are not replayed: each is a down part',
      ),
      expect.stringContaining('m/notes.sql is not replayed: it is not named <version>_name.up.sql'),
    ])
  })

  test('the folders of one layout are told in one line', () => {
    const files = Object.fromEntries([1, 2, 3, 4, 5].map((year) => [`m/202${year}/1.sql`, 'select 1;']))
    const { stderr } = ringfence([command, 'm'], folderWith(files))
    expect(stderr).toContain('m/2021, m/2022, m/2023 and 2 more: 5 files read as numbered')
  })

  test('a folder of several histories is refused', () => {
    const { code, stderr } = ringfence([command, '.'], folderWith({ 'a/1.sql': table, 'b/1.sql': table }))
    expect(code).toBe(2)
    expect(stderr).toContain('holds several histories: a (numbered), b (numbered)')
  })
})

test('variables of the config fill psql variables and the placeholders of the tool', () => {
  const cwd = folderWith({
    'psql/1.sql': 'create schema :app;\n',
    'flyway/V1__a.sql': `create table \${schema}.notes (id int);\n`,
    'ringfence.config.json': JSON.stringify({
      migrations: [
        { path: 'psql', variables: { app: 'crm' } },
        { path: 'flyway', layout: 'flyway', variables: { schema: 'crm' } },
      ],
    }),
  })
  const { stdout } = ringfence(['model', '--format', 'json'], cwd)
  expect(JSON.parse(stdout)).toMatchObject({
    relations: [{ namespace: 'crm', name: 'notes' }],
    unmodelled: [],
  })
})
