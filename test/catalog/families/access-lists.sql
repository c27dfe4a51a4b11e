create role anon;
create role app_user;
alter default privileges in schema public grant all on tables to anon, public;
alter default privileges in schema public grant all on sequences to anon;
create table notes (id bigint generated always as identity, nr serial, body text);
grant update (body) on notes to app_user;

do $$
declare
  granted record;
begin
  for granted in
    select distinct
      own.name,
      case privilege.grantee when 0 then 'public' else privilege.grantee::regrole::text end as grantee
    from (
      select 'notes'::regclass as name
      union all
      select pg_get_serial_sequence('notes', attname)::regclass
      from pg_attribute where attrelid = 'notes'::regclass and attnum > 0 and not attisdropped
    ) as own
    join pg_class as relation on relation.oid = own.name
    cross join lateral (
      select grantee from aclexplode(relation.relacl)
      union all
      select acl.grantee from pg_attribute, aclexplode(attacl) as acl where attrelid = relation.oid
    ) as privilege
    where privilege.grantee <> relation.relowner
  loop
    execute format('revoke all on table %s from %s cascade', granted.name, granted.grantee);
  end loop;
end $$;
