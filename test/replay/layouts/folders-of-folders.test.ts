import { expect, it } from 'vitest'
import { read, refusal, tree } from './tree.ts'

const sql = 'select 1;'

it('reads migration.sql of the folders of Prisma by name', () => {
  const root = tree({
    'prisma/schema.prisma': '',
    'prisma/migrations/migration_lock.toml': '',
    'prisma/migrations/20240102_b/migration.sql': sql,
    'prisma/migrations/20240101_a/migration.sql': sql,
    'prisma/migrations/20240101_a/down.sql': sql,
  })
  for (const path of ['.', 'prisma', 'prisma/migrations'])
    expect(read(root, path)).toMatchObject({
      layouts: ['prisma prisma/migrations 2'],
      files: ['prisma/migrations/20240101_a/migration.sql', 'prisma/migrations/20240102_b/migration.sql'],
      unread: {
        'prisma/migrations/20240101_a/down.sql': 'is not a migration.sql in a folder of its own',
      },
      session: 'same',
    })
})

it('reads the migration in a folder of Prisma that is named like a file', () => {
  const root = tree({ 'migrations/1_a/migration.sql': sql, 'migrations/2_b.sql/migration.sql': sql })
  expect(read(root, 'migrations').files).toEqual([
    'migrations/1_a/migration.sql',
    'migrations/2_b.sql/migration.sql',
  ])
})

it('reads up.sql of the folders of diesel by version', () => {
  const root = tree({
    '00000000000000_setup/up.sql': sql,
    '2024-01-02-000000_b/up.sql': sql,
    '2024-01-02-000000_b/down.sql': sql,
    '20240101000000_a/up.sql': sql,
  })
  expect(read(root, '.')).toMatchObject({
    layouts: ['diesel . 3'],
    files: ['00000000000000_setup/up.sql', '20240101000000_a/up.sql', '2024-01-02-000000_b/up.sql'],
    unread: { '2024-01-02-000000_b/down.sql': 'is a down part' },
  })
})

it('follows the journal of drizzle, and cuts at breakpoints that have no semicolon', () => {
  const root = tree({
    'meta/_journal.json': JSON.stringify({
      entries: [
        { idx: 0, tag: '0001_b' },
        { idx: 1, tag: '0000_a' },
      ],
    }),
    '0000_a.sql': 'select 1\n--> statement-breakpoint\nselect 2\n',
    '0001_b.sql': 'select 3;--> statement-breakpoint\nselect 4;',
    'custom.sql': sql,
  })
  expect(read(root, '.')).toMatchObject({
    layouts: ['drizzle . 2'],
    sql: ['0001_b.sql: select 3;', '0001_b.sql: select 4;', '0000_a.sql: select 1', '0000_a.sql: select 2'],
    unread: { 'custom.sql': 'is not named in meta/_journal.json' },
  })
})

it('refuses a journal of drizzle that names a file that is not there, or is none', () => {
  const journal = (content: string) => tree({ 'meta/_journal.json': content, '0000_a.sql': sql })
  expect(refusal(journal('{"entries":[{"tag":"0009_x"}]}'), '.')).toBe(
    'meta/_journal.json: names 0009_x.sql, which is not there',
  )
  expect(refusal(journal('{"entries":'), '.')).toMatch(/^meta\/_journal.json: is not valid JSON/)
  expect(refusal(journal('{}'), '.')).toMatch(/is not a journal of drizzle/)
  expect(refusal(tree({ '0000_a.sql': sql }), { path: '.', layout: 'drizzle' })).toMatch(
    /_journal.json: there is no/,
  )
})

const plan = `%syntax-version=1.0.0
%project=app

users 2024-01-01T00:00:00Z A <a@example.org> # first # of all
nested/posts [users] 2024-01-02T00:00:00Z A <a@example.org> # posts
@v1 2024-01-03T00:00:00Z A <a@example.org> # release
  # a comment
@v1.1 2024-01-03T00:00:00Z A <a@example.org> # release
users [users@v1] 2024-01-04T00:00:00Z A <a@example.org> # again
@v2 2024-01-05T00:00:00Z A <a@example.org> # release
`

it('follows the plan of sqitch, and reads the earlier version of a reworked change', () => {
  const root = tree({
    'sqitch.plan': plan,
    'deploy/users.sql': 'select 3;',
    'deploy/users@v1.1.sql': 'select 1;',
    'deploy/nested/posts.sql': 'select 2;',
    'deploy/left-out.sql': sql,
    'revert/users.sql': sql,
    'verify/users.sql': sql,
  })
  expect(read(root, '.')).toMatchObject({
    layouts: ['sqitch . 3'],
    sql: [
      'deploy/users@v1.1.sql: select 1;',
      'deploy/nested/posts.sql: select 2;',
      'deploy/users.sql: select 3;',
    ],
    unread: {
      'deploy/left-out.sql': 'is not in sqitch.plan',
      'revert/users.sql': 'is not a deploy script',
      'verify/users.sql': 'is not a deploy script',
    },
    session: 'new',
  })
  expect(read(root, 'deploy/nested/posts.sql').files).toEqual(['deploy/nested/posts.sql'])
  expect(refusal(root, 'revert/users.sql')).toMatch(
    /^revert\/users.sql: is no migration to apply in the layout sqitch/,
  )
})

it('reads from sqitch.conf where the plan and the scripts are', () => {
  const root = tree({
    'sqitch.conf':
      '[core]\n\tengine = pg\n\ttop_dir = db # here\n\textension = pgsql\n[engine "pg"]\n\tdeploy_dir = ./db/up/\n',
    'db/sqitch.plan': '%project=a\n\na 2024-01-01T00:00:00Z A <a@example.org>\n',
    'db/up/a.pgsql': sql,
  })
  expect(read(root, '.').files).toEqual(['db/up/a.pgsql'])
})

it('refuses a plan of sqitch that names a change without a script', () => {
  const root = tree({
    'sqitch.plan': '%project=a\n\na 2024-01-01T00:00:00Z A <a@example.org>\n',
    'deploy/b.sql': sql,
  })
  expect(refusal(root, '.')).toBe('sqitch.plan: 3: names the change a, and deploy/a.sql is not there')
})

it('refuses a reworked change of sqitch whose earlier script is not there', () => {
  const root = tree({ 'sqitch.plan': plan, 'deploy/users.sql': sql, 'deploy/nested/posts.sql': sql })
  expect(refusal(root, '.')).toBe(
    'sqitch.plan: 4: names the change users, and deploy/users@v1.sql is not there',
  )
})
