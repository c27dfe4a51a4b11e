import { expect, it } from 'vitest'
import { read, tree } from './tree.ts'

const sql = 'select 1;'

it('reads V and U files of refinery by version, in subfolders too, with migrations in Rust in their place', () => {
  const root = tree({
    'Cargo.toml': '[dependencies]\nrefinery = "0.8"\n',
    'migrations/V10__d.sql': sql,
    'migrations/V1__a.sql': sql,
    'migrations/U3__c.sql': sql,
    'migrations/V2__b.rs': 'pub fn migration() -> String {}',
    'migrations/mod.rs': '',
    'migrations/more/V4__e.sql': sql,
    'migrations/R__view.sql': sql,
    'migrations/V5__with-dash.sql': sql,
  })
  const result = read(root, 'migrations')
  expect(result).toMatchObject({
    layouts: ['refinery migrations 5'],
    files: [
      'migrations/V1__a.sql',
      'migrations/V2__b.rs',
      'migrations/U3__c.sql',
      'migrations/more/V4__e.sql',
      'migrations/V10__d.sql',
    ],
    unread: {
      'migrations/R__view.sql': 'is not named as a migration of refinery',
      'migrations/V5__with-dash.sql': 'is not named as a migration of refinery',
    },
    session: 'same',
  })
  expect(result.sql[1]).toBe(
    "migrations/V2__b.rs: unreadable: a Rust migration: its effect can't be read from SQL",
  )
})

it('leaves out the second file of a version, for which refinery refuses both', () => {
  const root = tree({ 'V1__a.sql': sql, 'V2__b.rs': '', 'U1__a.sql': sql })
  expect(read(root, '.').unread).toEqual({
    'U1__a.sql': 'has the version of V1__a.sql, for which refinery refuses both',
  })
})

it('takes a U of a version that no V has for one of refinery, and undoes nothing with it', () => {
  const root = tree({ 'V1__a.sql': sql, 'U2__b.sql': sql })
  expect(read(root, '.')).toMatchObject({ layouts: ['refinery . 2'], files: ['V1__a.sql', 'U2__b.sql'] })
})

it.each([
  ['a U undoes a V', { 'V1__a.sql': sql, 'U1__a.sql': sql }],
  ['there are repeatable ones', { 'V1__a.sql': sql, 'U2__b.sql': sql, 'R__view.sql': sql }],
  ['nothing tells', { 'V1__a.sql': sql }],
])('reads such names as those of Flyway where %s', (_, files) => {
  expect(read(tree(files), '.').layouts[0]).toMatch(/^flyway /)
})
