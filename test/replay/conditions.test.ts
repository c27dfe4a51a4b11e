import { expect, test } from 'vitest'
import { modelOf, reasonsOf } from './fixture.ts'

/** Whether a DO block takes the condition for true or false; null where it can't tell. */
function answerOf(condition: string): boolean | null {
  const model = modelOf(`create schema app; create type mood as enum ('sad');
    create table app.notes (id int constraint positive check (id > 0)); create index notes_id on app.notes (id);
    create policy own on app.notes using (true); create view app.v as select 1 as one; create role r;
    do $$ begin if ${condition} then create table yes (id int); else create table no (id int); end if; end $$`)
  if (reasonsOf(model).length > 0) return null
  return model.relations.has('public.yes')
}

test.each([
  [`exists (select 1 from pg_type where typname = 'mood')`, true],
  [
    `not exists (select from pg_catalog.pg_type t join pg_namespace n on n.oid = t.typnamespace
     where t.typname = 'mood' and n.nspname = 'app')`,
    true,
  ],
  [`exists (select 1 from pg_type t, pg_namespace n where t.typname = 'mood' and n.nspname = 'app')`, true],
  [
    `exists (select 1 from pg_policies where tablename = 'notes' and policyname in ('own', 'other') limit 1)`,
    true,
  ],
  [
    `exists (select 1 from pg_constraint where conname = 'positive' and conrelid = 'app.notes'::regclass)`,
    true,
  ],
  [
    `exists (select 1 from pg_constraint where conname = 'positive' and conrelid = 'app.nowhere'::regclass)`,
    null,
  ],
  [
    `exists (select 1 from information_schema.columns where table_schema = 'app' and table_name = 'notes' and column_name = 'id')`,
    true,
  ],
  [
    `exists (select 1 from information_schema.tables where table_schema = current_schema() and table_name = 'notes')`,
    false,
  ],
  [`exists (select 1 from pg_tables where tablename = 'v')`, false],
  [`exists (select 1 from pg_class where relname = 'notes_id' and relkind = 'i')`, true],
  [`exists (select 1 from pg_class where relname = 'notes' and relrowsecurity)`, false],
  [`exists (select 1 from pg_class where relname = 'notes' and reltuples > 3)`, null],
  [`exists (select 1 from pg_class where relname = 'nowhere' and relrowsecurity)`, false],
  [`exists (select count(*) from pg_class where relname = 'nowhere')`, true],
  [`exists (select 1 from pg_roles where rolname = 'r')`, true],
  [`exists (select 1 from pg_roles where rolname = 'elsewhere')`, null],
  [
    `exists (select 1 from pg_type where typname = 'mood') and not exists (select 1 from pg_enum e join pg_type t
     on t.oid = e.enumtypid where t.typname = 'mood' and e.enumlabel = 'glad')`,
    true,
  ],
  [`exists (select 1 from pg_type where typname = 'nope') or random() > 2`, null],
  [`exists (select 1 from app.notes where id = 1)`, null],
])('%s is %s', (condition, expected) => {
  expect(answerOf(condition)).toBe(expected)
})
