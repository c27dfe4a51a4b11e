import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelOf, reasonsOf } from './fixture.ts'

const name = fc.constantFrom('a', 'b', 'c')
const table = fc.constantFrom('t', 'u', 'v', '"T"', 'app.t')
const column = fc.tuple(
  name,
  fc.constantFrom('int', 'serial', 'text[]', 'bigint generated always as identity'),
)
const constraint = fc.oneof(
  fc.tuple(fc.constantFrom('primary key', 'unique'), name).map(([kind, on]) => `${kind} (${on})`),
  fc.tuple(name, table).map(([on, to]) => `foreign key (${on}) references ${to}`),
  fc.tuple(name, name).map(([one, other]) => `check (${one} > ${other})`),
)
const columnChange = fc.constantFrom(
  ...['set not null', 'drop not null', 'type bigint', 'set default 1', 'drop default', 'drop identity'],
  ...['drop expression', 'add generated always as identity'],
)
const change = fc.oneof(
  column.map(([of, type]) => `add column ${of} ${type}`),
  fc.tuple(name, fc.constantFrom('', ' cascade')).map(([of, how]) => `drop column ${of}${how}`),
  fc.tuple(name, columnChange).map(([of, what]) => `alter ${of} ${what}`),
  constraint.map((text) => `add ${text}`),
  fc.constantFrom('t_pkey', 't_a_check', 'u_a_key').map((of) => `drop constraint ${of}`),
  fc.constantFrom('enable', 'disable', 'force', 'no force').map((how) => `${how} row level security`),
)
const statement = fc.oneof(
  fc
    .tuple(table, fc.array(column, { maxLength: 3 }), fc.array(constraint, { maxLength: 2 }))
    .map(
      ([id, columns, more]) =>
        `create table ${id} (${[...columns.map((c) => c.join(' ')), ...more].join(', ')})`,
    ),
  fc
    .tuple(table, table)
    .map(([id, of]) => `create table ${id} partition of ${of} default partition by list (a)`),
  fc.tuple(table, name).map(([id, by]) => `create table ${id} (${by} int) partition by range (${by})`),
  fc.tuple(table, table).map(([id, of]) => `create table ${id} (like ${of} including all) inherits (${of})`),
  fc.tuple(table, table).map(([id, of]) => `create table ${id} as select * from ${of}`),
  fc.tuple(table, change).map(([id, what]) => `alter table ${id} ${what}`),
  fc.tuple(table, change).map(([id, what]) => `alter table only ${id} ${what}`),
  fc.tuple(table, table).map(([id, of]) => `alter table ${id} attach partition ${of} default`),
  fc.tuple(table, table).map(([id, of]) => `alter table ${id} detach partition ${of}`),
  fc.tuple(table, table).map(([id, of]) => `alter table ${id} inherit ${of}`),
  fc.tuple(table, table).map(([id, of]) => `alter table ${id} no inherit ${of}`),
  fc.tuple(table, name).map(([id, on]) => `create index on ${id} (${on}, lower(${on}))`),
  fc.tuple(table, fc.constantFrom('', ' cascade')).map(([id, how]) => `drop table ${id}${how}`),
  fc.tuple(table, name).map(([id, to]) => `alter table ${id} rename to ${to}`),
  fc.tuple(table, name, name).map(([id, of, to]) => `alter table ${id} rename column ${of} to ${to}`),
  fc.constantFrom('begin', 'commit', 'rollback', 'savepoint s', 'rollback to s', 'create schema app'),
)

describe('any sequence of statements', () => {
  it('is replayed without an error, and every relation, index and sequence is found under its own id', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 25 }), (statements) => {
        const model = modelOf(statements.map((text) => `${text};\n`).join(''))
        for (const [id, relation] of model.relations) {
          expect(relation.id).toBe(id)
          const columns = relation.columns.map((own) => own.name)
          expect(new Set(columns).size).toBe(columns.length)
          const constraints = relation.constraints.map((own) => own.name)
          expect(new Set(constraints).size).toBe(constraints.length)
          for (const { kind, columns: used, index } of relation.constraints) {
            expect(columns).toEqual(expect.arrayContaining([...used]))
            const needsIndex = kind === 'primary-key' || kind === 'unique'
            expect(relation.indexes.some((own) => own.name === index)).toBe(needsIndex)
          }
        }
        expect(reasonsOf(model)).not.toContain('nested too deeply to be read')
        for (const { ownedBy } of model.sequences.values()) {
          if (ownedBy !== null) expect(model.relations.has(ownedBy.relation)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})
