import { sql } from '../../sql/template.ts'
import type { RelationName } from '../blueprint.ts'
import { writeName } from '../row-security.ts'
import { quoteLiteral } from './expressions.ts'

/**
 * Takes from everybody but the owner what is granted on a table and on the sequences of its columns: what default privileges granted
 * when it was created, to roles that nobody can list beforehand, and what was granted to PUBLIC.
 */
export function revokeFromOthers(table: RelationName): string {
  const oid = `${quoteLiteral(writeName(table))}::regclass`
  return sql`
    do $$
    declare
      other record;
    begin
      for other in
        select distinct
          relation.oid::regclass as relation,
          case privilege.grantee when 0 then 'public' else privilege.grantee::regrole::text end as grantee
        from pg_catalog.pg_class as relation
        cross join lateral pg_catalog.aclexplode(relation.relacl) as privilege
        where relation.oid = ${oid}
          and privilege.grantee <> relation.relowner
      loop
        execute format('revoke all on table %s from %s cascade', other.relation, other.grantee);
      end loop;
    end $$`
}
