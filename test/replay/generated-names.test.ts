import { describe, expect, it } from 'vitest'
import { modelOf, relationOf } from './fixture.ts'

const constraintsOf = (sql: string, id: string) =>
  relationOf(modelOf(sql), id).constraints.map(({ name }) => name)
const indexesOf = (sql: string, id: string) => relationOf(modelOf(sql), id).indexes.map(({ name }) => name)

/** Every name here is what PostgreSQL 18.4 gave. */
describe('names of constraints', () => {
  it('a check over one column carries its name, one over several or none does not', () => {
    const sql =
      'create table t (a int check (a > 0), b int, check (a > b), check (true), check (b > 1 or b < 0))'
    expect(constraintsOf(sql, 'public.t')).toEqual(['t_a_check', 't_check', 't_check1', 't_b_check'])
  })

  it('a primary key, keys and foreign keys are named by table and columns', () => {
    const sql = `create table t (a int primary key, b int unique references t, c int, unique (b, c),
      foreign key (b, c) references t (b, c))`
    expect(constraintsOf(sql, 'public.t')).toEqual([
      't_pkey',
      't_b_key',
      't_b_c_key',
      't_b_fkey',
      't_b_c_fkey',
    ])
  })

  it('a second constraint that would get the same name is numbered', () => {
    const sql = `create table t (a int primary key, b int references t, foreign key (b) references t);
      alter table t add foreign key (b) references t`
    expect(constraintsOf(sql, 'public.t').slice(1)).toEqual(['t_b_fkey', 't_b_fkey1', 't_b_fkey2'])
  })

  it('a name that another table of the namespace has is numbered too', () => {
    const sql =
      'create table s (a int constraint t_a_check check (a > 0)); create table t (a int check (a > 1))'
    expect(constraintsOf(sql, 'public.t')).toEqual(['t_a_check1'])
  })

  it('a key whose index name an index has already is numbered', () => {
    const sql = 'create table s (a int); create index t_pkey on s (a); create table t (a int primary key)'
    expect(constraintsOf(sql, 'public.t')).toEqual(['t_pkey1'])
  })

  it('names over 63 bytes lose the end of the longer part, whole characters at a time', () => {
    const table = 'a'.repeat(63)
    const column = 'é'.repeat(30)
    const model = modelOf(
      `create table ${table} (id int primary key, ${column} serial check (${column} > 0))`,
    )
    expect(relationOf(model, `public.${table}`).constraints.map(({ name }) => name)).toEqual([
      `${'a'.repeat(28)}_${'é'.repeat(14)}_check`.slice(0, 63),
      `${'a'.repeat(58)}_pkey`,
    ])
    expect([...model.sequences.values()].map(({ name }) => name)).toEqual([
      `${'a'.repeat(29)}_${'é'.repeat(14)}_seq`,
    ])
  })

  it('a key written twice is one constraint, with the first name written', () => {
    expect(
      constraintsOf('create table t (a int unique, primary key (a), constraint k unique (a))', 'public.t'),
    ).toEqual(['k'])
    expect(
      constraintsOf('create table t (a int constraint x unique, constraint y unique (a))', 'public.t'),
    ).toEqual(['x'])
  })
})

describe('names of indexes', () => {
  it('keys over expressions are named as result columns, repeated names numbered, included columns too', () => {
    const sql = `create table t (a int, b text, c int);
      create index on t (a, lower(b), (a + 1), (a || b), c, c) include (b);
      create index on t (a, lower(b), (a + 1), (a || b), c, c) include (b)`
    expect(indexesOf(sql, 'public.t')).toEqual([
      't_a_lower_expr_expr1_c_c1_b_idx',
      't_a_lower_expr_expr1_c_c1_b_idx1',
    ])
  })

  it('an exclusion constraint ends in excl', () => {
    const sql = 'create table t (r int4range, exclude using gist (r with &&))'
    expect(constraintsOf(sql, 'public.t')).toEqual(['t_r_excl'])
    expect(relationOf(modelOf(sql), 'public.t').indexes[0]).toMatchObject({ unique: false, method: 'gist' })
  })

  it('CREATE INDEX IF NOT EXISTS under a name that is taken changes nothing', () => {
    const sql =
      'create table t (a int, b int); create index i on t (a); create index if not exists i on t (b)'
    expect(relationOf(modelOf(sql), 'public.t').indexes).toMatchObject([{ name: 'i', keys: ['a'] }])
  })
})
