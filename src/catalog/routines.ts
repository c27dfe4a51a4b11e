import type { ArgumentDefault, Grant, Routine } from '../model/schema-model.ts'
import { displayId, displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { firstUserOid, printedExpression, standsAlone } from './conditions.ts'
import type { Privileges } from './privileges.ts'
import { oneOf, type Reading } from './reading.ts'

interface RoutineRow {
  readonly oid: number
  readonly namespace: string
  readonly name: string
  readonly kind: string
  readonly arguments: readonly string[]
  /** Of all parameters, those of the result among them; null where no parameter has a name. */
  readonly names: readonly string[] | null
  readonly defaults: string | null
  /** Null where every parameter is an input. */
  readonly modes: readonly string[] | null
  /** Types of all parameters; null where every parameter is an input. */
  readonly types: readonly string[] | null
  readonly returns: string
  readonly returnsSet: boolean
  readonly language: string
  readonly text: string
  readonly file: string | null
  readonly sqlBody: string | null
  readonly definer: boolean
  readonly leakproof: boolean
  readonly strict: boolean
  readonly volatility: string
  readonly settings: readonly string[]
  readonly owner: string
  readonly acl: string | null
}

/** None that belong to an extension or that the server made for a type; somebody's own in the namespaces of the system too. */
const routines = sql`
  select p.oid, n.nspname as namespace, p.proname as name, p.prokind as kind,
    array(
      select pg_catalog.format_type(type, null)
      from pg_catalog.unnest(p.proargtypes) with ordinality as listed (type, place) order by place
    ) as arguments,
    p.proargnames as names, p.proargmodes::pg_catalog.text[] as modes,
    case when p.proallargtypes is not null then array(
      select pg_catalog.format_type(type, null)
      from pg_catalog.unnest(p.proallargtypes) with ordinality as listed (type, place) order by place
    ) end as types,
    pg_catalog.format_type(p.prorettype, null) as returns, p.proretset as "returnsSet",
    l.lanname as language, p.prosrc as text, p.probin as file,
    case when p.prosqlbody is not null then coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), '') end as "sqlBody",
    p.prosecdef as definer, p.proleakproof as leakproof, p.proisstrict as strict,
    ${printedExpression('p.proargdefaults', '0')} as defaults, p.provolatile as volatility,
    coalesce(p.proconfig, '{}') as settings,
    pg_catalog.pg_get_userbyid(p.proowner) as owner, p.proacl::pg_catalog.text as acl
  from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    join pg_catalog.pg_language l on l.oid = p.prolang
  where p.oid >= ${firstUserOid} and not pg_catalog.starts_with(n.nspname, 'pg_temp_')
    and ${standsAlone('pg_proc', 'p.oid', ['e', 'i'])}
  order by p.oid`

const kinds: Readonly<Record<string, Routine['kind']>> = {
  f: 'function',
  w: 'function',
  p: 'procedure',
  a: 'aggregate',
}

const volatilities: Readonly<Record<string, Routine['volatility']>> = {
  i: 'immutable',
  s: 'stable',
  v: 'volatile',
}

/** What PostgreSQL grants on a routine by itself. */
const unset: readonly Grant[] = [
  { grantee: 'public', privilege: 'execute', columns: null, grantable: false, source: null },
]

/** By oid, in the order of creation. */
export type ReadRoutines = ReadonlyMap<number, Routine>

export async function readRoutines(reading: Reading, granted: Promise<Privileges>): Promise<ReadRoutines> {
  const [rows, privileges] = await Promise.all([reading.rows<RoutineRow>(routines, ['oid']), granted])
  return new Map(rows.map((row) => [row.oid, routineOf(reading, privileges, row)]))
}

function routineOf(reading: Reading, privileges: Privileges, row: RoutineRow): Routine {
  const kind = oneOf(kinds, row.kind)
  const types = row.arguments.map((type) => reading.printed.type(type))
  const isBodyInSql = row.sqlBody !== null
  return {
    id: `${displayId(row.namespace, row.name)}(${types.join(', ')})`,
    namespace: row.namespace,
    name: row.name,
    kind,
    arguments: types,
    argumentNames: inputNames(row),
    argumentDefaults: defaultsOf(reading, row.defaults, types),
    returns: kind === 'function' ? resultOf(reading, row) : null,
    language: row.language,
    body: isBodyInSql || kind === 'aggregate' ? null : (row.file ?? row.text),
    sqlBody: row.sqlBody === null ? null : reading.printed.body(row.sqlBody),
    securityDefiner: row.definer,
    leakproof: row.leakproof,
    strict: row.strict,
    volatility: oneOf(volatilities, row.volatility),
    settings: row.settings.map(withLowerName),
    owner: reading.owner(row.owner),
    grants: privileges.of(row.acl, row.owner, unset),
    source: null,
  }
}

/** `TimeZone=UTC` as `timezone=UTC`: names of settings have no case, and people write them small. */
export function withLowerName(setting: string): string {
  const end = setting.indexOf('=')
  return setting.slice(0, end).toLowerCase() + setting.slice(end)
}

function defaultsOf({ printed }: Reading, text: string | null, types: readonly string[]): ArgumentDefault[] {
  const values = printed.expressions(text)
  return types.slice(types.length - values.length).flatMap((type, at) => {
    const value = values[at]
    return value === undefined ? [] : { type, value }
  })
}

function inputNames({ arguments: types, names, modes }: RoutineRow): (string | null)[] {
  const inputs = modes === null ? names : names?.filter((_, at) => isInput(modes[at]))
  return types.map((_, at) => inputs?.[at] || null)
}

/** In, inout, variadic; not out or a column of the result. */
function isInput(mode: string | undefined): boolean {
  return mode === 'i' || mode === 'b' || mode === 'v'
}

function resultOf({ printed }: Reading, { names, modes, types, returns, returnsSet }: RoutineRow): string {
  const columns = (types ?? []).flatMap((type, at) =>
    modes?.[at] === 't' ? `${displayName(names?.[at] ?? '')} ${printed.type(type)}` : [],
  )
  if (columns.length > 0) return `TABLE(${columns.join(', ')})`
  return `${returnsSet ? 'SETOF ' : ''}${printed.type(returns)}`
}
