import { expect, test } from 'vitest'
import { modelOf, reasonsOf, relationOf } from '../fixture.ts'

const granted = `
  create role anon;
  create role app_user;
  create table notes (id bigint generated always as identity, nr serial, body text);
  grant select, truncate on notes to anon, public;
  grant update (body) on notes to app_user;
  grant usage on sequence notes_id_seq, notes_nr_seq to anon;`

/** Runs `revoke all` for each relation and grantee that a query gives. */
function revoked(query: string) {
  const model = modelOf(`${granted}
    do $$ declare each record; begin
      for each in ${query} loop
        execute format('revoke all on table %s from %s', each.relation, each.grantee);
      end loop;
    end $$;`)
  const grants = [...relationOf(model, 'public.notes').grants, ...sequenceGrants(model)]
  return { reasons: reasonsOf(model), grantees: grants.map(({ grantee }) => grantee) }
}

function sequenceGrants({ sequences }: ReturnType<typeof modelOf>) {
  return [...sequences.values()].flatMap(({ grants }) => grants)
}

const grantee = "case acl.grantee when 0 then 'public' else acl.grantee::regrole::text end as grantee"

test('the grantees of an access list are those that were granted something, PUBLIC as 0', () => {
  const { reasons, grantees } = revoked(`
    select distinct c.oid::regclass as relation, ${grantee}
    from pg_class c, aclexplode(c.relacl) as acl
    where c.oid = 'notes'::regclass and acl.grantee <> c.relowner`)
  expect(reasons).toEqual([])
  expect(grantees).toEqual(['app_user', 'anon', 'anon'])
})

test('the owner, whoever that is, is not told from the grantees without a condition', () => {
  const { reasons } = revoked(`
    select distinct c.oid::regclass as relation, ${grantee}
    from pg_class c, aclexplode(c.relacl) as acl
    where c.oid = 'notes'::regclass`)
  expect(reasons).toEqual(['EXECUTE of a computed REVOKE'])
})

test('the access list of a column is that of its own grants', () => {
  const { reasons, grantees } = revoked(`
    select 'notes'::regclass as relation, ${grantee}
    from pg_attribute, aclexplode(attacl) as acl
    where attrelid = 'notes'::regclass`)
  expect(reasons).toEqual([])
  expect(grantees).toEqual(['anon', 'anon', 'public', 'public', 'anon', 'anon'])
})

test('the sequences of serial and identity columns are found, and ALL on one as a table is all of a sequence', () => {
  const { reasons, grantees } = revoked(`
    select c.oid::regclass as relation, ${grantee}
    from (
      select pg_get_serial_sequence('notes', attname)::regclass as name
      from pg_attribute where attrelid = 'notes'::regclass and attnum > 0
    ) as own
    join pg_class c on c.oid = own.name
    cross join lateral aclexplode(c.relacl) as acl
    where acl.grantee <> c.relowner`)
  expect(reasons).toEqual([])
  expect(grantees).toEqual(['anon', 'anon', 'public', 'public', 'app_user'])
})
