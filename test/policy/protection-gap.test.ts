import { beforeAll, describe, expect, test } from 'vitest'
import { protectionGap } from '../../src/policy/protection-gap.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { playAlone } from '../checks/examples.ts'
import { relationOf } from './policies.ts'

beforeAll(loadParser)

const enabled = (name: string) => `alter table public.${name} enable row level security;`
const both = (name: string) => `${enabled(name)} alter table public.${name} force row level security;`

function gapIn(id: string, ...sql: string[]) {
  const played = playAlone(sql)
  const gap = protectionGap(played.model, relationOf(played, id))
  return gap === null ? null : [gap.cause, gap.from]
}

describe('why a table is not protected', () => {
  const a = 'create table public.a (id int, at date);'

  test('enabled and forced: it is', () => {
    expect(gapIn('public.a', a, both('a'))).toBeNull()
  })

  test('a policy on a table that was switched off is the smaller cause', () => {
    const sql = 'create policy p on public.a using (true); alter table public.a disable row level security;'
    expect(gapIn('public.a', a, both('a'), sql)).toEqual(['switched off', null])
  })

  test('a copy of an unprotected table was never enabled', () => {
    expect(gapIn('public.b', a, 'create table public.b as table public.a;')).toEqual(['never enabled', null])
    expect(gapIn('public.b', a, both('a'), 'create table public.b (like public.a);')).toEqual([
      'copied',
      'public.a',
    ])
  })

  test('a partition of an unprotected table is not reported beside it', () => {
    const parent = 'create table public.p (at date) partition by range (at);'
    const child = 'create table public.p1 partition of public.p default;'
    expect(gapIn('public.p1', parent, child)).toBeNull()
    expect(gapIn('public.p1', parent, child, both('p'))).toEqual(['partition', 'public.p'])
    expect(
      gapIn('public.p1', parent, child, both('p1'), 'alter table public.p1 no force row level security;'),
    ).toEqual(['force taken back', null])
  })

  test('the name of a table that was protected names the one that has the policies now', () => {
    expect(gapIn('public.a', a, both('a'), 'alter table public.a rename to old;', a)).toEqual([
      'renamed away',
      'public.old',
    ])
    expect(gapIn('public.a', a, 'alter table public.a rename to old;', a)).toEqual(['never enabled', null])
  })
})
