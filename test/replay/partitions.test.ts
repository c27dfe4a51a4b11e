import { describe, expect, it } from 'vitest'
import { modelOf, reasonsOf, relationOf } from './fixture.ts'

const namesOf = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name)

const parent = `create table r (x int primary key);
  create table t (id bigint generated always as identity, a int not null default 1 references r, at date not null,
    primary key (id, at), check (a > 0)) partition by range (at);
  create index on t (a, lower(a::text));`

/** Every name here is what PostgreSQL 18.4 gave. */
describe('PARTITION OF', () => {
  it('takes over columns, keys, checks, foreign keys and indexes of the parent', () => {
    const model = modelOf(
      `${parent} create table p partition of t for values from ('2020-01-01') to ('2021-01-01')`,
    )
    const partition = relationOf(model, 'public.p')
    expect(partition).toMatchObject({
      kind: 'table',
      partitionOf: 'public.t',
      inherits: [],
      origin: { how: 'partition', from: ['public.t'] },
    })
    expect(partition.columns.every(({ inherited, notNull }) => inherited && notNull)).toBe(true)
    expect(partition.columns[0]?.identity).toBe('always')
    expect(partition.columns[1]?.default).not.toBeNull()
    expect(namesOf(partition.constraints)).toEqual(['t_a_check', 'p_pkey', 't_a_fkey'])
    expect(namesOf(partition.indexes)).toEqual(['p_pkey', 'p_a_lower_idx'])
    expect(namesOf([...model.sequences.values()])).toEqual(['t_id_seq'])
  })

  it('has its own defaults and constraints besides, and its own partitions', () => {
    const model = modelOf(`${parent}
      create table p partition of t (a default 2, constraint own check (a > 1)) for values from ('2020-01-01') to ('2021-01-01')
        partition by range (at);
      create table q partition of p for values from ('2020-01-01') to ('2020-02-01')`)
    expect(relationOf(model, 'public.p')).toMatchObject({
      kind: 'partitioned-table',
      partitionBy: { strategy: 'range', keys: ['at'] },
    })
    expect(namesOf(relationOf(model, 'public.q').constraints)).toEqual([
      't_a_check',
      'own',
      'q_pkey',
      't_a_fkey',
    ])
  })

  it('of a parent that nothing creates is kept and reported, with its columns unknown', () => {
    const model = modelOf('create table p partition of t for values in (1)')
    expect(relationOf(model, 'public.p')).toMatchObject({ partitionOf: 'public.t', columns: [] })
    expect([...model.unmodelled.values()].map(({ affects }) => affects)).toEqual([['public.p']])
  })
})

describe('ATTACH and DETACH PARTITION', () => {
  const attached = `${parent}
    create table p (id bigint not null, a int not null, at date not null, constraint t_a_check check (a > 0),
      constraint k unique (at), constraint f foreign key (a) references r);
    create index own on p (a, lower(a::text));
    alter table t attach partition p for values from ('2020-01-01') to ('2021-01-01');`

  it('an attached table gets the keys of its parent and keeps what serves already', () => {
    const partition = relationOf(modelOf(attached), 'public.p')
    expect(partition).toMatchObject({
      partitionOf: 'public.t',
      origin: { how: 'attached', from: ['public.t'] },
    })
    expect(partition.columns.every(({ inherited }) => inherited)).toBe(true)
    expect(namesOf(partition.constraints)).toEqual(['t_a_check', 'k', 'f', 'p_pkey'])
    expect(namesOf(partition.indexes)).toEqual(['k', 'own', 'p_pkey'])
  })

  it('a detached table stands by itself, with what it got', () => {
    const table = relationOf(modelOf(`${attached} alter table t detach partition p concurrently`), 'public.p')
    expect(table).toMatchObject({ partitionOf: null })
    expect(table.columns.some(({ inherited }) => inherited)).toBe(false)
    expect(table.columns[0]?.identity).toBeNull()
    expect(namesOf(table.constraints)).toContain('p_pkey')
  })

  it('what the parent gets later its partitions get too, and only those that are there', () => {
    const model = modelOf(`${attached}
      alter table t add column b int references r, alter a drop not null, add unique (at, b), add check (b > 0);
      create index on t (b); create index on only t (at);`)
    const partition = relationOf(model, 'public.p')
    expect(partition.columns.map(({ name, notNull }) => [name, notNull])).toEqual([
      ['id', true],
      ['a', false],
      ['at', true],
      ['b', false],
    ])
    expect(namesOf(partition.constraints).slice(4)).toEqual(['t_b_check', 'p_at_b_key', 't_b_fkey'])
    expect(namesOf(partition.indexes).slice(3)).toEqual(['p_at_b_key', 'p_b_idx'])
  })

  it('a table is no parent of itself or of what it comes from', () => {
    const model =
      modelOf(`create table v partition of v default; create table t (a int) partition by list (a);
      create table p partition of t default partition by list (a);
      alter table t attach partition t default; alter table p attach partition t default; alter table t inherit p;
      alter table t add column b int; alter table v enable row level security`)
    expect(relationOf(model, 'public.t')).toMatchObject({ partitionOf: null, inherits: [] })
    expect(relationOf(model, 'public.v')).toMatchObject({ partitionOf: null, rowSecurityEnabled: true })
    expect(reasonsOf(model)).toHaveLength(4)
  })

  it('attaching what nothing creates, or what is attached, is reported', () => {
    const model = modelOf(`${attached}
      alter table t attach partition p default; alter table t attach partition q default; alter table t detach partition r`)
    expect(reasonsOf(model)).toHaveLength(3)
  })
})

describe('INHERITS', () => {
  it('columns and checks are inherited, keys, foreign keys, indexes and identity are not', () => {
    const model =
      modelOf(`create table p (id int generated always as identity primary key, b text unique check (b > ''));
      create table c (d int) inherits (p)`)
    const child = relationOf(model, 'public.c')
    expect(child).toMatchObject({ inherits: ['public.p'], partitionOf: null, origin: { how: 'inherits' } })
    expect(child.columns).toMatchObject([
      { name: 'id', inherited: true, notNull: true, identity: null },
      { name: 'b', inherited: true },
      { name: 'd', inherited: false },
    ])
    expect(namesOf(child.constraints)).toEqual(['p_b_check'])
    expect(child.indexes).toEqual([])
  })

  it('a check that is not to be inherited stays with its table when it is added and renamed', () => {
    const model = modelOf(`create table p (a int, check (a > 0) no inherit); create table c () inherits (p);
      alter table p add constraint few check (a < 9) no inherit;
      alter table c add constraint few check (a < 5); alter table p rename constraint few to fewer`)
    expect(namesOf(relationOf(model, 'public.p').constraints)).toEqual(['p_a_check', 'fewer'])
    expect(namesOf(relationOf(model, 'public.c').constraints)).toEqual(['few'])
  })

  it('a column declared again stays where it was inherited and is the own one of the child', () => {
    const model = modelOf(`create table p (a int default 1, b int not null); create table q (c int);
      create table c (d int, c int not null, b int default 2) inherits (p, q)`)
    expect(
      relationOf(model, 'public.c').columns.map(({ name, inherited, notNull, default: value }) => [
        name,
        inherited,
        notNull,
        value !== null,
      ]),
    ).toEqual([
      ['a', true, false, true],
      ['b', false, true, true],
      ['c', false, true, false],
      ['d', false, false, false],
    ])
  })

  it('changes of the parent reach grandchildren, and with ONLY nobody', () => {
    const model =
      modelOf(`create table p (a int, b int); create table c () inherits (p); create table g () inherits (c);
      alter table p add column d int not null, alter a set not null, alter a type bigint, add check (a > 1);
      alter table only p alter a drop not null, alter b set default 4;
      alter table only p drop column d`)
    expect(relationOf(model, 'public.g').columns).toMatchObject([
      { name: 'a', type: 'bigint', notNull: true, inherited: true },
      { name: 'b', default: null },
      { name: 'd', notNull: true },
    ])
    expect(relationOf(model, 'public.c').columns[2]).toMatchObject({ name: 'd', inherited: false })
    expect(namesOf(relationOf(model, 'public.g').constraints)).toEqual(['p_a_check'])
    expect(namesOf(relationOf(model, 'public.p').columns)).toEqual(['a', 'b'])
  })

  it('INHERIT and NO INHERIT join and part; parted, the columns are its own', () => {
    const sql = `create table p (a int); create table c (a int, b int); alter table c inherit p;`
    expect(relationOf(modelOf(sql), 'public.c')).toMatchObject({
      inherits: ['public.p'],
      origin: { how: 'inherits', from: ['public.p'] },
    })
    const parted = relationOf(
      modelOf(`${sql} create table d () inherits (p); alter table d no inherit p`),
      'public.d',
    )
    expect(parted).toMatchObject({ inherits: [], columns: [{ name: 'a', inherited: false }] })
  })

  it('a child that lacks a column of the parent is refused, as the server refuses it', () => {
    const model =
      modelOf(`create table p (a int, b int primary key) partition by list (b); create table c (a int);
      alter table p attach partition c default; alter table c inherit p`)
    expect(relationOf(model, 'public.c')).toMatchObject({ partitionOf: null, inherits: [], constraints: [] })
    expect(reasonsOf(model)).toEqual([
      'public.c lacks the column "b" of public.p',
      'public.c lacks the column "b" of public.p',
    ])
  })
})
