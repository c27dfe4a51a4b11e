import { expect, test } from 'vitest'
import { readMigrations } from '../../../src/replay/layouts/read-migrations.ts'
import { tree } from './tree.ts'

/** The transaction of each file, by its name. */
function transactions(files: Readonly<Record<string, string>>, layout: string): Record<string, unknown> {
  const { migrations } = readMigrations([{ path: '.', layout }], { cwd: tree(files) })
  return Object.fromEntries(migrations.map(({ file, transaction }) => [file, transaction]))
}

test.each<[string, Record<string, string>, Record<string, string>]>([
  [
    'dbmate',
    {
      '1_a.sql': '-- migrate:up\nselect 1;\n-- migrate:down transaction:false\n',
      '2_b.sql': '-- migrate:up transaction:false\nselect 1;\n-- migrate:down\n',
    },
    { '1_a.sql': 'around', '2_b.sql': 'one-message' },
  ],
  [
    'goose',
    {
      '1_a.sql': '-- +goose Up\nselect 1;',
      '2_b.sql': '-- +goose NO TRANSACTION\n-- +goose Up\nselect 1;',
    },
    { '1_a.sql': 'around', '2_b.sql': 'none' },
  ],
  [
    'diesel',
    {
      '1_a/up.sql': 'select 1;',
      '2_b/up.sql': 'select 1;',
      '2_b/metadata.toml': '# why\nrun_in_transaction = false\n',
    },
    { '1_a/up.sql': 'around', '2_b/up.sql': 'one-message' },
  ],
  [
    'sqlx',
    { '1_a.sql': 'select 1;\n-- no-transaction', '2_b.sql': '-- no-transaction\nselect 1;' },
    { '1_a.sql': 'around', '2_b.sql': 'one-message' },
  ],
  [
    'sql-migrate',
    {
      '1_a.sql': '-- +migrate Up\nselect 1;\n-- +migrate Down notransaction',
      '2_b.sql': '-- +migrate Up notransaction\nselect 1;',
    },
    { '1_a.sql': 'around', '2_b.sql': 'none' },
  ],
  [
    'graphile-migrate',
    {
      'committed/1.sql': '--! Previous: -\n--! Hash: sha1:0\n\nselect 1;\n--! no-transaction\n',
      'committed/2.sql': '--! Previous: sha1:0\n--! Hash: sha1:1\n\n--! no-transaction\nselect 1;',
      'current.sql': '--! no-transaction\nselect 1;',
    },
    { 'committed/1.sql': 'around', 'committed/2.sql': 'one-message', 'current.sql': 'one-message' },
  ],
  [
    'hasura',
    {
      '1654696186008_a/up.sql': 'select 1;\n-- hasura:no-transaction',
      '1654696186009_b/up.sql': ' -- hasura:no-transaction\r\nselect 1;',
    },
    { '1654696186008_a/up.sql': 'around', '1654696186009_b/up.sql': 'one-message' },
  ],
  [
    'pop',
    { '1_a.up.sql': 'select 1;', '2_b.autocommit.up.sql': 'select 1;' },
    { '1_a.up.sql': 'around', '2_b.autocommit.up.sql': 'one-message' },
  ],
  ['node-pg-migrate', { '1_a.sql': 'select 1;' }, { '1_a.sql': 'history' }],
  ['refinery', { 'V1__a.sql': 'select 1;' }, { 'V1__a.sql': 'around' }],
  [
    'numbered',
    {
      '1_a.sql': 'select 1;',
      '2_b.sql': '-- postgres-migrations disable-transaction\nselect 1;',
      '3_c.sql': '-- no-transaction\nselect 1;',
      '4_d.sql': '-- +migrate Up notransaction\nselect 1;\n-- +migrate Down',
    },
    { '1_a.sql': 'where-possible', '2_b.sql': 'none', '3_c.sql': 'none', '4_d.sql': 'none' },
  ],
])('%s: a file says itself that it is run outside of a transaction', (layout, files, expected) => {
  expect(transactions(files, layout)).toEqual(expected)
})
