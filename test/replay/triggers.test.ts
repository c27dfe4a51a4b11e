import { describe, expect, test } from 'vitest'
import { modelOf, reasonsOf, relationOf } from './fixture.ts'

const routine = "create function touch() returns trigger language plpgsql as 'begin return new; end';"
const invoices = `${routine} create table invoices (id int, org int);`

describe('CREATE TRIGGER', () => {
  test('keeps timing, events, level and the function that the search path finds', () => {
    const model = modelOf(`${invoices}
      create trigger t before insert or update of org on invoices for each row execute function touch();`)
    expect(relationOf(model, 'public.invoices').triggers).toMatchObject([
      {
        name: 't',
        timing: 'before',
        events: ['insert', 'update'],
        forEachRow: true,
        routine: 'public.touch()',
      },
    ])
  })

  test("calls PostgreSQL's own function where nothing else has the name", () => {
    const calls = `create table t (id int); create trigger a before update on t
      for each row execute function suppress_redundant_updates_trigger();`
    expect(relationOf(modelOf(calls), 'public.t').triggers).toMatchObject([
      { routine: 'pg_catalog.suppress_redundant_updates_trigger()' },
    ])
  })

  test('INSTEAD OF stands on a view', () => {
    const model = modelOf(`${invoices} create view v as select id from invoices;
      create trigger t instead of delete on v for each row execute procedure touch();`)
    expect(relationOf(model, 'public.v').triggers).toMatchObject([
      { timing: 'instead-of', events: ['delete'] },
    ])
  })

  test('of a name that the table has is unmodelled, with OR REPLACE it takes its place', () => {
    const sql = `${invoices} create trigger t after insert on invoices execute function touch();`
    const again = modelOf(`${sql} create trigger t before delete on invoices execute function touch();`)
    expect(reasonsOf(again)).toEqual(['trigger t exists on public.invoices already'])
    const replaced = modelOf(
      `${sql} create or replace trigger t before delete on invoices execute function touch();`,
    )
    expect(relationOf(replaced, 'public.invoices').triggers).toMatchObject([{ timing: 'before' }])
  })

  test('for each row of a partitioned table stands on its partitions, and goes and is renamed with them', () => {
    const sql = `${routine}
      create table events (id int, org int) partition by list (org);
      create table events_1 partition of events for values in (1);
      create trigger t after insert on events for each row execute function touch();`
    const triggers = (more: string) =>
      relationOf(modelOf(sql + more), 'public.events_1').triggers.map(({ name }) => name)
    expect(triggers('')).toEqual(['t'])
    expect(triggers('alter trigger t on events rename to u;')).toEqual(['u'])
    expect(triggers('drop trigger t on events;')).toEqual([])
  })
})

test('a rule is kept with its event, and a second one of its name is unmodelled', () => {
  const model = modelOf(`${invoices}
    create rule r as on insert to invoices do instead nothing;
    create rule r as on insert to invoices do also nothing;`)
  expect(relationOf(model, 'public.invoices').rules).toMatchObject([
    { name: 'r', event: 'insert', instead: true },
  ])
  expect(reasonsOf(model)).toEqual(['rule r exists on public.invoices already'])
})
