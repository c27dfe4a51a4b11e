import { expect, it } from 'vitest'
import { read, tree } from './tree.ts'

it('reads the up parts of sql-migrate, numbers first, and refuses what is nearly a marker', () => {
  const root = tree({
    '10_b.sql': '-- +migrate Up\nselect 2;\n-- +migrate Down\nselect 0;\n-- +migrate Up\nselect 3;',
    '9_a.sql':
      '-- +migrate Up notransaction\n-- +migrate StatementBegin\nselect 1;\n-- +migrate StatementEnd\n-- +migrate Down\nselect 0;',
    '11_c.sql': '-- +migrate Down\nselect 0;\n-- +migrate Up\nselect 4;',
    '12_d.sql': '-- +migrate Down\nselect 0;',
    '13_e.sql': 'select 0;',
    '14_f.sql': '-- +migrate Up\nselect 5;\n-- +migrate down\nselect 0;',
    '15_g.sql': 'select 0;\n-- +migrate Up\nselect 6;',
    'last.sql': '-- +migrate Up\nselect 7;',
    'sub/1_x.sql': '-- +migrate Up\nselect 0;',
  })
  const result = read(root, '.')
  expect(result).toMatchObject({
    layouts: ['sql-migrate . 8'],
    unread: { 'sub/1_x.sql': 'stands in a subfolder, which sql-migrate does not look into' },
    session: 'same',
  })
  expect(result.sql.map((one) => one.replaceAll(/-- \+migrate Statement.*\n?/g, ''))).toEqual([
    '9_a.sql: select 1;\n',
    '10_b.sql: select 2;',
    '10_b.sql: select 3;',
    '11_c.sql: select 4;',
    '13_e.sql: unreadable: sql-migrate refuses the file: no up part is marked',
    '14_f.sql: unreadable: sql-migrate refuses the file: "-- +migrate down" is no annotation',
    '15_g.sql: unreadable: sql-migrate does not run what stands before its first marker',
    '15_g.sql: select 6;',
    'last.sql: select 7;',
  ])
})

it('reads the up part of node-pg-migrate, where the first markers count, in the order of time', () => {
  const root = tree({
    '1700000000000_b.sql':
      '-- Up Migration\nselect 2;\n---- down migration --\nselect 0;\n-- Up Migration\nselect 0;',
    '20231114221319999_a.sql': '-- Up Migration\nselect 1;\n-- Down Migration\nselect 0;',
    '1700000000001_c.sql': 'select 3;',
    '1700000000002_d.sql': '-- Down Migration\nselect 0;\n-- Up Migration\nselect 4;',
    '1700000000003_e.sql': 'select 5;\n-- Down Migration\nselect 6;',
    '1700000000003_f.sql': 'select 0;\n-- Up Migration\nselect 8;',
    '1700000000004_f.js': '',
    '1700000000005_g.up.sql': 'select 7;',
    '1700000000005_g.down.sql': 'select 0;',
    'notes.sql': 'select 0;',
  })
  const result = read(root, { path: '.', layout: 'node-pg-migrate' })
  expect(result).toMatchObject({
    unread: {
      '1700000000005_g.down.sql': 'is a down part',
      'notes.sql': 'has no number at the beginning of its name',
    },
    session: 'same',
  })
  expect(result.sql).toEqual([
    '20231114221319999_a.sql: select 1;',
    '1700000000000_b.sql: select 2;',
    '1700000000001_c.sql: select 3;',
    '1700000000002_d.sql: select 4;',
    '1700000000003_e.sql: select 5;\n-- Down Migration\nselect 6;',
    '1700000000003_f.sql: unreadable: node-pg-migrate does not run what stands before its first marker',
    '1700000000003_f.sql: select 8;',
    "1700000000004_f.js: unreadable: a JavaScript migration: its effect can't be read from SQL",
    '1700000000005_g.up.sql: select 7;',
  ])
})

it('knows node-pg-migrate by its markers, or by package.json', () => {
  const marked = tree({ '1_a.sql': '-- Up Migration\nselect 1;' })
  expect(read(marked, '.').layouts).toEqual(['node-pg-migrate . 1'])
  expect(read(marked, '1_a.sql').layouts).toEqual(['node-pg-migrate . 1'])
  const named = (packages: string) =>
    tree({ 'package.json': `{"dependencies":{${packages}}}`, 'db/1_a.up.sql': 'select 1;', 'db/2_b.ts': '' })
  expect(read(named('"node-pg-migrate": "^9.0.0"'), 'db').layouts).toEqual(['node-pg-migrate db 2'])
  expect(read(named('"pg": "^8.0.0"'), 'db').layouts).toEqual(['golang-migrate db 1'])
})

it('knows a single file of sql-migrate by its markers', () => {
  const root = tree({
    'x.sql': '-- +migrate Up\nselect 1;\n-- +migrate Down\nselect 2;',
    'a.sql': 'select 3;',
  })
  expect(read(root, 'x.sql')).toMatchObject({ layouts: ['sql-migrate . 1'], sql: ['x.sql: select 1;'] })
})
