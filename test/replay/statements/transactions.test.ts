import { expect, test } from 'vitest'
import { historyOf, modelOf, reasonsOf } from '../fixture.ts'

function tables(sql: string): string[] {
  return [...modelOf(sql).relations.keys()].map((id) => id.slice('public.'.length))
}

test.each([
  ['ROLLBACK undoes', 'create table a (); begin; create table b (); drop table a; rollback', ['a']],
  ['COMMIT keeps', 'begin; create table a (); commit; rollback', ['a']],
  [
    'ROLLBACK TO keeps what came before the savepoint',
    'begin; create table a (); savepoint s; create table b (); rollback to s; create table c (); commit',
    ['a', 'c'],
  ],
  [
    'a released savepoint is no mark any more',
    'begin; savepoint s; create table a (); release s; rollback to s; commit',
    ['a'],
  ],
  [
    'COMMIT AND CHAIN opens the next',
    'begin; create table a (); commit and chain; create table b (); rollback',
    ['a'],
  ],
  ['ROLLBACK AND CHAIN opens the next', 'begin; rollback and chain; create table b (); rollback', []],
  [
    'a BEGIN inside a transaction does nothing',
    'begin; create table a (); begin; create table b (); rollback',
    [],
  ],
])('%s', (_, sql, expected) => {
  expect(tables(sql)).toEqual(expected)
})

test('a transaction that its file leaves open is unmodelled for what it moved, and stands', () => {
  const history = historyOf([
    [
      '1.sql',
      'create table a (id int); begin; create table b (id int); alter table a enable row level security;',
    ],
    ['2.sql', 'rollback; create table c (id int)'],
  ])
  const [statement] = [...history.model.unmodelled.values()]
  expect(statement).toMatchObject({ affects: ['public.b', 'public.a'], source: { file: '1.sql', start: 25 } })
  expect([...history.model.relations.keys()]).toEqual(['public.a', 'public.b', 'public.c'])
})

test('PREPARE TRANSACTION is unmodelled', () => {
  expect(reasonsOf(modelOf(`begin; create table a (id int); prepare transaction 'x'`))).toEqual([
    'PREPARE TRANSACTION: whether it is committed is not known',
  ])
})
