import { expect, it } from 'vitest'
import { read, refusal, tree } from './tree.ts'

const sql = 'select 1;'

it('orders numbered files as people count, and leaves out what is named as a down part', () => {
  const root = tree({
    '10_c.sql': sql,
    '2_b.sql': sql,
    '001_a.sql': sql,
    '2_b.down.sql': sql,
    '3_x_up.sql': sql,
    '3_x_down.sql': sql,
    '4_drop_down.sql': sql,
    'README.md': '',
    'more/1.sql': sql,
    'revert/1.sql': sql,
  })
  expect(read(root, '.')).toMatchObject({
    layouts: ['numbered . 5'],
    files: ['001_a.sql', '2_b.sql', '3_x_up.sql', '4_drop_down.sql', '10_c.sql'],
    unread: {
      '2_b.down.sql': 'is named as a down part',
      '3_x_down.sql': 'is named as a down part',
      'more/1.sql': 'stands in a subfolder; name the subfolder to have it read',
      'revert/1.sql': 'stands in revert/, which does not hold migrations to apply',
    },
    session: 'new',
  })
})

it('replays the up part of a numbered file that marks one, whatever tool marks it', () => {
  const root = tree({
    '1.sql': '-- +migrate Up\nselect 1;\n-- +migrate Down\nselect 2;\n-- +migrate Up\nselect 3;\n',
    '2.sql': '-- Up Migration\nselect 4;\n-- Down Migration\nselect 5;\n',
    '3.sql': '-- rambler up\nselect 6;\n-- rambler down\nselect 7;\n',
    '4.sql': '-- +goose Up\nselect 8;\n-- +goose Down\nselect 9;\n',
    '5.sql': "select 'migrate:down', '+goose Down', 'down migration';",
  })
  expect(read(root, { path: '.', layout: 'numbered' }).sql).toEqual([
    '1.sql: select 1;',
    '1.sql: select 3;',
    '2.sql: select 4;',
    '3.sql: select 6;',
    '4.sql: select 8;',
    "5.sql: select 'migrate:down', '+goose Down', 'down migration';",
  ])
})

it.each(['supabase/migrations', 'supabase', '.'])('reads the migrations of supabase, given %s', (path) => {
  const root = tree({
    'supabase/config.toml': '',
    'supabase/seed.sql': sql,
    'supabase/migrations/20240102000000_b.sql': sql,
    'supabase/migrations/20240101000000_a.sql': sql,
    'supabase/migrations/notes.sql': sql,
  })
  const result = read(root, path)
  expect(result.layouts).toEqual([`supabase ${path === '.' ? 'supabase' : path} 2`])
  expect(result.files).toEqual([
    'supabase/migrations/20240101000000_a.sql',
    'supabase/migrations/20240102000000_b.sql',
  ])
  expect(result.unread['supabase/migrations/notes.sql']).toMatch(/not named <timestamp>_name/)
  if (path !== 'supabase/migrations')
    expect(result.unread['supabase/seed.sql']).toBe('is not among the migrations')
  expect(result.session).toBe('reset-all')
})

it('reads the up part of dbmate, between its markers as dbmate finds them', () => {
  const root = tree({
    '1.sql':
      '-- a comment\n--migrate:up transaction:false\nselect 1;\n--  migrate:down  \nselect 2;\n-- migrate:up\nselect 3;',
    '2.sql': '-- migrate:up\r\nselect 4;\r\n-- migrate:down\r\nselect 5;\r\n',
    '3.sql': 'select 6;\n-- migrate:up\nselect 7;',
    '4.sql': '-- migrate:down\nselect 8;\n-- migrate:up\nselect 9;',
    '5.sql': 'select 10;',
    '6.sql': "-- migrate:up\ninsert into t values ('\n-- migrate:down\n');",
    '7.sql': '-- migrate:up\nselect 11;\n-- migrate:down\nselect 12;\n-- migrate:down\nselect 13;',
    '8.sql': '-- migrate:up\nselect 14; -- migrate:down\n --migrate:down\n-- migrate:downwards\nselect 15;',
    'seed.sql': sql,
  })
  const result = read(root, '.')
  expect(result.layouts).toEqual(['dbmate . 8'])
  expect(result.unread).toEqual({ 'seed.sql': 'has no version in its name, so dbmate passes it over' })
  expect(result.session).toBe('same')
  expect(result.sql).toEqual([
    '1.sql: select 1;',
    '1.sql: select 3;',
    '2.sql: select 4;',
    '3.sql: unreadable: dbmate does not run what stands before its first marker',
    '3.sql: select 7;',
    '4.sql: unreadable: dbmate refuses the file: no up part is marked before the down part',
    '5.sql: unreadable: dbmate refuses the file: no up part is marked',
    "6.sql: insert into t values ('",
    '7.sql: unreadable: dbmate refuses the file: a part is marked twice',
    '8.sql: select 14; -- migrate:down\n --migrate:down\n-- migrate:downwards\nselect 15;',
  ])
})

it('reads the up part of goose by version, and knows migrations in Go for what they are', () => {
  const root = tree({
    '10_b.sql': '-- +goose UP\nselect 3;\n--   Down +goose --\nselect 4;',
    '9_a.sql':
      '-- +goose NO TRANSACTION\n--+goose Up\n-- +goose StatementBegin\nselect 1;\n-- +goose StatementEnd\nselect 2;\n-- +goose Down\nselect 0;',
    '11_c.go': 'package migrations',
    '11_c_test.go': 'package migrations',
    'seed.sql': sql,
  })
  const result = read(root, '.')
  expect(result.layouts).toEqual(['goose . 3'])
  expect(result.unread).toEqual({ 'seed.sql': 'has no version in its name, so goose passes it over' })
  expect(result.sql.map((one) => one.replace(/\n-- \+goose Statement\w+/g, ''))).toEqual([
    '9_a.sql: -- +goose StatementBegin\nselect 1;\nselect 2;',
    '10_b.sql: select 3;',
    "11_c.go: unreadable: a Go migration: its effect can't be read from SQL",
  ])
})

it.each([
  [
    'an indented annotation',
    '-- +goose Up\nselect 1;\n  -- +goose Down\nselect 2;',
    '"-- +goose Down" is indented',
  ],
  [
    'an annotation that it does not know',
    '-- +goose Up\n-- +goose Foo\nselect 1;',
    '"-- +goose Foo" is no annotation',
  ],
  ['a second up part', '-- +goose Up\n-- +goose Down\n-- +goose Up\nselect 1;', 'a part is marked twice'],
  ['a down part alone', '-- +goose Down\nselect 1;', 'no up part is marked before the down part'],
])('reads nothing of a file that goose refuses for %s', (_, text, reason) => {
  const root = tree({ '1_a.sql': '-- +goose Up', '2_b.sql': text })
  expect(read(root, '.').sql).toEqual([`2_b.sql: unreadable: goose refuses the file: ${reason}`])
})

it('cuts at an annotation of goose within a string, as goose does', () => {
  const root = tree({ '1_a.sql': "-- +goose Up\ninsert into t values ('\n-- +goose Down\n');" })
  expect(read(root, '.').sql).toEqual(["1_a.sql: insert into t values ('"])
})

it('reads no statement that goose fills from the environment, and reads the others', () => {
  const root = tree({
    '1_a.sql':
      "-- +goose Up\nselect '$A';\n-- +goose ENVSUB ON\nselect 1;\nselect '$A';\nselect 2;\n-- +goose ENVSUB OFF\nselect '$A', 3;\n-- +goose Down\n-- +goose ENVSUB ON\nselect '$A';",
  })
  const filled = 'goose puts environment variables into the statement (ENVSUB ON)'
  expect(read(root, '.').sql.map((one) => one.replaceAll(/-- \+goose.*\n/g, ''))).toEqual([
    "1_a.sql: select '$A';\nselect 1;",
    `1_a.sql: unreadable: ${filled}`,
    "1_a.sql: select 2;\nselect '$A', 3;",
  ])
})

it.each([
  [
    'golang-migrate',
    { '1_a.up.sql': sql, '3_c.up.sql': sql, '2_b.go': 'package x', 'embed.go': 'package x' },
  ],
  ['flyway', { 'V1__a.sql': sql, 'V3__c.sql': sql, 'V2__b.go': 'class x {}', 'Base.java': 'class y {}' }],
  ['numbered', { '1.sql': sql, '3.sql': sql, '2_b.go': '', '2_b.test.ts': '', '2_b.d.ts': '', 'x.ts': '' }],
])('keeps the place of a migration in code in the layout %s', (name, files) => {
  const result = read(tree(files), '.')
  expect(result.layouts).toEqual([`${name} . 3`])
  expect(result.sql[1]).toMatch(/2_.*b.go: unreadable: a Go migration: its effect can't be read from SQL$/)
})

it('reads the up files of golang-migrate by version', () => {
  const root = tree({
    '10_b.up.sql': sql,
    '10_b.down.sql': sql,
    '9_a.up.sql': sql,
    '9_a.down.sql': sql,
    '11_c.sql': sql,
    'other.sql': sql,
  })
  expect(read(root, '.')).toMatchObject({
    layouts: ['golang-migrate . 2'],
    files: ['9_a.up.sql', '10_b.up.sql'],
    unread: {
      '11_c.sql': 'is not named <version>_name.up.sql',
      '10_b.down.sql': 'is a down part',
      '9_a.down.sql': 'is a down part',
      'other.sql': 'is not named <version>_name.up.sql',
    },
    session: 'same',
  })
})

it('reads Flyway by version, then repeatable ones by description, and never an undo', () => {
  const root = tree({
    'V1_10__d.sql': sql,
    'V1.9__c.sql': sql,
    'V1__a.sql': sql,
    'sub/V1_0_1__b.sql': sql,
    'R__b_view.sql': sql,
    'R__a_view.sql': sql,
    'U1__a.sql': sql,
    'beforeMigrate.sql': sql,
    'beforeEachMigrate.sql': sql,
    'beforeRepeatables.sql': sql,
    'afterVersioned.sql': sql,
    'afterMigrateApplied__views.sql': sql,
    'afterMigrate__grants.sql': sql,
    'v2__lower.sql': sql,
  })
  expect(read(root, '.')).toMatchObject({
    layouts: ['flyway . 11'],
    files: [
      'beforeMigrate.sql',
      'V1__a.sql',
      'sub/V1_0_1__b.sql',
      'V1.9__c.sql',
      'V1_10__d.sql',
      'afterVersioned.sql',
      'beforeRepeatables.sql',
      'R__a_view.sql',
      'R__b_view.sql',
      'afterMigrateApplied__views.sql',
      'afterMigrate__grants.sql',
    ],
    unread: {
      'U1__a.sql': 'is an undo migration',
      'beforeEachMigrate.sql': 'is a callback that does not run once in each migrate',
      'v2__lower.sql': 'is not named as a migration of Flyway',
    },
    session: ['role', 'session_authorization', 'search_path'],
  })
})

it('lets the highest baseline of Flyway stand for the versions that it covers', () => {
  const root = tree({
    'V1__a.sql': sql,
    'V2__b.sql': sql,
    'B2__base.sql': sql,
    'B1__old.sql': sql,
    'V3__c.sql': sql,
  })
  expect(read(root, '.')).toMatchObject({
    files: ['B2__base.sql', 'V3__c.sql'],
    unread: { 'V1__a.sql': 'is covered by the baseline B2__base.sql' },
  })
})

it('reads the dump of pg_dump, without what psql alone understands', () => {
  const root = tree({
    'structure.sql':
      '--\n-- PostgreSQL database dump\n--\n\n\\restrict k\nselect 1;\nCOPY public.t (a) FROM stdin;\n\\N\n\\.\nselect 2;\n\\unrestrict k\n',
  })
  expect(read(root, '.')).toMatchObject({ layouts: ['dump . 1'] })
  expect(read(root, 'structure.sql').layouts).toEqual(['dump . 1'])
  expect(read(root, '.').sql).toEqual([
    'structure.sql: select 1;\nCOPY public.t (a) FROM stdin;',
    'structure.sql: select 2;',
  ])
})

it('names the nearest layout where one is unknown, and all of them', () => {
  const root = tree({ '1.sql': sql })
  expect(refusal(root, { path: '.', layout: 'gose' })).toBe('unknown layout "gose"; did you mean "goose"?')
  expect(() => read(root, { path: '.', layout: 'gose' })).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('sqitch, drizzle') }),
  )
})
