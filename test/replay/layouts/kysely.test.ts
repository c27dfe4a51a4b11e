import { expect, it } from 'vitest'
import { read, tree } from './tree.ts'

const program = `import { sql } from 'kysely'\nexport const up = (db) => sql\`select 1\`.execute(db)\n`

it('reads programs that import Kysely in the order of its migrator, and says what that one passes over', () => {
  const root = tree({
    'migrations/a.ts': program,
    'db/kysely.config.ts': "import 'kysely'",
    'db/1_a.sql': 'select 1;',
    'migrations/B.mts': 'export const up = () => {}',
    'migrations/10_c.js': program,
    'migrations/10_c_more.ts': program,
    'migrations/a.js': program,
    'migrations/9_d.mjs': program,
    'migrations/types.d.ts': program,
    'migrations/e.cts': program,
    'migrations/old/1_f.ts': program,
  })
  expect(read(root, 'migrations')).toMatchObject({
    layouts: ['kysely migrations 5'],
    files: [
      'migrations/10_c.js',
      'migrations/10_c_more.ts',
      'migrations/9_d.mjs',
      'migrations/B.mts',
      'migrations/a.ts',
    ],
    unread: {
      'migrations/a.js': 'has the name of a.ts, which is run in its place',
      'migrations/e.cts': "is of a kind that Kysely's FileMigrationProvider passes over",
    },
  })
})

it('reads a program among files of SQL in its place, as one for Kysely where it imports that', () => {
  const root = tree({
    'migrations/1_a.sql': 'select 1;',
    'migrations/2_b.ts': program,
    'migrations/3_c.ts': 'export const up = (knex) => {}',
  })
  const { layouts, migrations } = read(root, 'migrations')
  expect(layouts).toEqual(['numbered migrations 3'])
  expect(migrations.map(({ isKysely = false }) => isKysely)).toEqual([false, true, false])
})
