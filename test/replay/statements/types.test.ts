import { expect, test } from 'vitest'
import { modelOf, reasonsOf } from '../fixture.ts'

test('types of every kind are kept', () => {
  const { types } = modelOf(`create type mood as enum ('sad', 'glad'); create type pair as (a int, b text);
    create type span as range (subtype = int); create domain email as varchar(255) check (value like '%@%');
    create schema app; create type app.shell`)
  expect([...types.values()].map(({ id, kind, labels, baseType }) => [id, kind, labels, baseType])).toEqual([
    ['public.mood', 'enum', ['sad', 'glad'], null],
    ['public.pair', 'composite', [], null],
    ['public.span', 'range', [], null],
    ['public.email', 'domain', [], 'character varying(255)'],
    ['app.shell', 'base', [], null],
  ])
})

test('labels of an enum are added in place and renamed', () => {
  const { types } =
    modelOf(`create type mood as enum ('sad', 'glad'); alter type mood add value 'angry' before 'sad';
    alter type mood add value 'fine' after 'sad'; alter type mood add value if not exists 'fine';
    alter type mood rename value 'glad' to 'happy'; alter type mood add value 'last'`)
  expect(types.get('public.mood')?.labels).toEqual(['angry', 'sad', 'fine', 'happy', 'last'])
})

test('a type that exists already is unmodelled', () => {
  expect(reasonsOf(modelOf(`create type a as enum ('x'); create type a as (b int)`))).toEqual([
    'the type public.a exists already',
  ])
})

test("an operator is of no matter unless it changes what PostgreSQL's own means", () => {
  const operator = (name: string, type: string) =>
    reasonsOf(
      modelOf(
        `create type pair as (a int); create operator ${name} (leftarg = ${type}, rightarg = text, function = f)`,
      ),
    )
  expect(operator('public.=', 'uuid')).toEqual(['what = means for uuid and text is changed'])
  expect(operator('=', 'pair')).toEqual([])
  expect(operator('===', 'uuid')).toEqual([])
})
