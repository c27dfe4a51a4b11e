import type { RoleName } from '../model/schema-model.ts'
import type { Capability } from '../model/server-facts.ts'
import { displayId, displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import type { Reading } from './reading.ts'

interface CapabilityRow {
  readonly kind: Capability['kind']
  readonly namespace: string | null
  readonly name: string
  readonly arguments: readonly string[] | null
  readonly grantees: readonly RoleName[]
}

const fileRoutines = [
  ...['pg_read_file', 'pg_read_binary_file', 'pg_stat_file', 'pg_ls_dir', 'lo_import', 'lo_export'],
  ...['pg_file_write', 'pg_file_rename', 'pg_file_unlink', 'pg_file_sync'],
]

/** A foreign data wrapper reaches out by its foreign servers, which are found themselves. */
const networkExtensions = ['dblink', 'http', 'pg_net', 'aws_s3', 'aws_lambda']

const listed = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')

/** Those that nobody but superusers and owners may use are left out; routines in an untrusted language stand with the language. */
const capabilities = sql`
  with found as (
    select case when p.proname in (${listed(fileRoutines)}) then 'files' else 'network' end as kind,
      p.oid, n.nspname as namespace, p.proname as name, p.proargtypes as types, p.proowner as owner,
      coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)) as acl
    from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      left join pg_catalog.pg_depend d
        on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e'
          and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
      left join pg_catalog.pg_extension e on e.oid = d.refobjid
    where e.extname in (${listed(networkExtensions)})
      or p.proname in (${listed(fileRoutines)}) and (n.nspname = 'pg_catalog' or e.extname = 'adminpack')
    union all
    select 'network', s.oid, null, s.srvname, null, s.srvowner,
      coalesce(s.srvacl, pg_catalog.acldefault('S', s.srvowner))
    from pg_catalog.pg_foreign_server s
    union all
    select 'untrusted-language', p.oid, n.nspname, p.proname, p.proargtypes, p.proowner,
      coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
    from pg_catalog.pg_proc p
      join pg_catalog.pg_namespace n on n.oid = p.pronamespace
      join pg_catalog.pg_language l on l.oid = p.prolang
    where l.lanispl and not l.lanpltrusted
  )
  select f.kind, f.namespace, f.name,
    case when f.types is not null then array(
      select pg_catalog.format_type(type, null)
      from pg_catalog.unnest(f.types) with ordinality as listed (type, place) order by place
    ) end as arguments,
    pg_catalog.array_agg(
      distinct case item.grantee when 0 then 'public' else pg_catalog.pg_get_userbyid(item.grantee) end
    )::pg_catalog.text[] as grantees
  from found f, lateral pg_catalog.aclexplode(f.acl) item
  where item.grantee <> f.owner
  group by f.kind, f.oid, f.namespace, f.name, f.types
  order by f.kind, f.namespace, f.name, f.oid`

export async function readCapabilities(reading: Reading): Promise<readonly Capability[]> {
  const rows = await reading.rows<CapabilityRow>(capabilities)
  return rows.map(({ kind, namespace, name, arguments: types, grantees }) => ({
    kind,
    object:
      namespace === null
        ? displayName(name)
        : `${displayId(namespace, name)}(${(types ?? []).map((type) => reading.printed.type(type)).join(', ')})`,
    grantees,
  }))
}
