import { expect, it } from 'vitest'
import { read, tree } from './tree.ts'

const sql = 'select 1;'
const cargo =
  '[package]\nname = "app"\n\n[dependencies]\nsqlx = { version = "0.8", features = ["postgres"] }\n'

it('reads the files of sqlx by version in a project of Rust that has it, and no down part', () => {
  const root = tree({
    'Cargo.toml': cargo,
    'migrations/10_c.sql': sql,
    'migrations/9_b.up.sql': sql,
    'migrations/9_b.down.sql': sql,
    'migrations/schema.sql': sql,
    'migrations/old/1_a.sql': sql,
  })
  expect(read(root, 'migrations')).toMatchObject({
    layouts: ['sqlx migrations 2'],
    files: ['migrations/9_b.up.sql', 'migrations/10_c.sql'],
    unread: {
      'migrations/9_b.down.sql': 'is a down part',
      'migrations/schema.sql': 'is not named <version>_name.sql',
      'migrations/old/1_a.sql': 'stands in a subfolder, which sqlx does not look into',
    },
    session: 'same',
  })
})

it.each([
  ['a table of its own', '[dependencies.sqlx]\nversion = "0.8"\n'],
  ['the workspace', '[workspace.dependencies]\nsqlx.version = "0.8"\n'],
])('finds sqlx in a Cargo.toml two folders up, in %s', (_, content) => {
  const root = tree({ 'Cargo.toml': content, 'crates/server/migrations/1_a.sql': sql })
  expect(read(root, 'crates/server/migrations').layouts).toEqual(['sqlx crates/server/migrations 1'])
})

it('looks for Cargo.toml no further than the root of the repository', () => {
  const root = tree({ 'Cargo.toml': cargo, 'app/.git/HEAD': '', 'app/migrations/1_a.sql': sql })
  expect(read(root, 'app/migrations').layouts).toEqual(['numbered app/migrations 1'])
})

it('knows a file as the command line of sqlx begins it', () => {
  const root = tree({ '1_a.up.sql': '-- Add up migration script here\nselect 1;', '1_a.down.sql': sql })
  expect(read(root, '.').layouts).toEqual(['sqlx . 1'])
})

it.each([
  ['dbmate', { '1_a.sql': '-- migrate:up\nselect 1;\n-- migrate:down\n' }],
  ['goose', { '1_a.sql': '-- +goose Up\nselect 1;' }],
  ['flyway', { 'V1__a.sql': sql }],
  ['diesel', { '2024-01-01-000000_a/up.sql': sql }],
  ['supabase', { '../config.toml': '', '1_a.sql': sql }],
])('reads migrations of %s as such in a project that has sqlx too', (layout, files) => {
  const below = Object.entries(files).map(([file, text]) => [`db/migrations/${file}`, text])
  const root = tree({ 'Cargo.toml': cargo, ...Object.fromEntries(below) })
  expect(read(root, 'db/migrations').layouts).toEqual([`${layout} db/migrations 1`])
})

it('leaves files of golang-migrate to it where a project has both', () => {
  const root = tree({
    'Cargo.toml': cargo,
    'go.mod': 'module x\n\nrequire github.com/golang-migrate/migrate/v4 v4.18.1\n',
    'migrations/1_a.up.sql': sql,
  })
  expect(read(root, 'migrations').layouts).toEqual(['golang-migrate migrations 1'])
})
