import type { A_Expr, ColumnRef, FuncCall, IndexStmt, Node, RangeVar, TypeCast } from 'libpg-query'
import { firstUserOid, standsAlone } from '../../catalog/conditions.ts'
import { quoteIdentifier } from '../../sql/identifiers.ts'
import { as, strings, walk } from '../../sql/node.ts'
import { sql } from '../../sql/template.ts'
import { relationsNamed } from './related.ts'
import type { ServerConnection } from './server-connection.ts'

/**
 * Whether a statement that is in no transaction may run what somebody wrote: building an index evaluates its expressions and compares keys,
 * and so does ANALYZE. What an extension brings is its own.
 */
export async function mayRunCode(server: ServerConnection, node: Node): Promise<boolean> {
  if (await holds(server, comparing, [])) return true
  const index = as(node, 'IndexStmt')
  if (index !== undefined) return await isWrittenWithCode(server, index)
  if (as(node, 'DropStmt') !== undefined) return false
  const named = relationsOf(node).map(nameOf)
  const oids = named.length === 0 ? null : [...(await relationsNamed(server, named)).keys()]
  return await holds(server, stored, [oids])
}

async function holds(
  server: ServerConnection,
  question: string,
  values: readonly unknown[],
): Promise<boolean> {
  const rows = await server.unswayed(() => server.query(question, values), false)
  return rows.length > 0
}

/** That an object is neither the system's nor an extension's. */
const isSomebodys = (catalog: string, oid: string) =>
  `(${oid} >= ${firstUserOid} and ${standsAlone(catalog, oid)})`

/** Whether comparing keys, or any statement at all, may run what somebody wrote. */
const comparing = sql`
  select where exists (
      select from pg_catalog.pg_amproc p where ${isSomebodys('pg_proc', 'p.amproc::pg_catalog.oid')}
    ) or exists (
      select from pg_catalog.pg_amop o where ${isSomebodys('pg_operator', 'o.amopopr')}
    ) or exists (
      select from pg_catalog.pg_range r
      where ${isSomebodys('pg_proc', 'r.rngsubdiff::pg_catalog.oid')} or ${isSomebodys('pg_proc', 'r.rngcanonical::pg_catalog.oid')}
    ) or exists (
      select from pg_catalog.pg_event_trigger t join pg_catalog.pg_proc p on p.oid = t.evtfoid
      where t.evtenabled <> 'D' and ${standsAlone('pg_event_trigger', 't.oid')}
        and pg_catalog.pg_has_role(current_user, p.proowner, 'member')
    )`

/** Whether an index or a statistics object of these relations is over a function, an operator or a domain of somebody's; null: of any. */
const stored = sql`
  with concerned (oid) as (
    select listed.oid from pg_catalog.unnest($1::pg_catalog.oid[]) as listed (oid)
    union
    select i.indrelid from pg_catalog.pg_index i where i.indexrelid = any ($1::pg_catalog.oid[])
  ), evaluated (classid, objid) as (
    select 'pg_catalog.pg_class'::pg_catalog.regclass, i.indexrelid from pg_catalog.pg_index i
    where $1::pg_catalog.oid[] is null or i.indrelid in (select oid from concerned)
    union all
    select 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid from pg_catalog.pg_statistic_ext s
    where $1::pg_catalog.oid[] is null or s.stxrelid in (select oid from concerned)
  )
  select from evaluated e join pg_catalog.pg_depend d on d.classid = e.classid and d.objid = e.objid
  where d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and ${isSomebodys('pg_proc', 'd.refobjid')}
    or d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass and ${isSomebodys('pg_operator', 'd.refobjid')}
    or d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass and ${isSomebodys('pg_type', 'd.refobjid')}
      and exists (select from pg_catalog.pg_type t where t.oid = d.refobjid and t.typtype = 'd')
  limit 1`

/** Whether what an expression may mean is somebody's: an operator, a domain or a function of one of the names, or any cast. */
const meant = sql`
  select where exists (
      select from pg_catalog.pg_operator o
      where o.oprname = any ($1::pg_catalog.text[]) and ${isSomebodys('pg_operator', 'o.oid')}
    ) or exists (
      select from pg_catalog.pg_type t
      where t.typtype = 'd' and t.typname = any ($2::pg_catalog.text[]) and ${isSomebodys('pg_type', 't.oid')}
    ) or exists (
      select from pg_catalog.pg_proc p
      where p.proname = any ($3::pg_catalog.text[]) and ${isSomebodys('pg_proc', 'p.oid')}
    ) or exists (
      select from pg_catalog.pg_cast c
      where c.castfunc <> 0 and ${isSomebodys('pg_proc', 'c.castfunc')}
    )`

/** What BETWEEN, IN and the like stand for. */
const comparisons = ['=', '<>', '<', '<=', '>', '>=']

/** Functions that indexes are often over. */
const harmless: ReadonlySet<string> = new Set(['lower', 'upper', 'date_trunc', 'md5', 'length'])

async function isWrittenWithCode(server: ServerConnection, index: IndexStmt): Promise<boolean> {
  let isPlain = true
  const operators: string[] = []
  const types: string[] = []
  const functions: string[] = []
  walk(expressionsOf(index), (kind, value: object) => {
    if (kind === 'FuncCall') {
      isPlain &&= isHarmless(value)
      functions.push(...strings((value as FuncCall).funcname).slice(-1))
    }
    // A function of one argument can be written like a column of it.
    if (kind === 'ColumnRef') isPlain &&= ((value as ColumnRef).fields?.length ?? 0) === 1
    if (kind === 'A_Indirection') isPlain = false
    if (kind === 'A_Expr') operators.push(...strings((value as A_Expr).name).slice(-1), ...comparisons)
    if (kind === 'TypeCast') types.push(...strings((value as TypeCast).typeName?.names).slice(-1))
    return isPlain
  })
  if (!isPlain) return true
  const isCalling = operators.length + types.length + functions.length > 0
  return isCalling && (await holds(server, meant, [operators, types, functions]))
}

function expressionsOf({ indexParams = [], whereClause }: IndexStmt): Node[] {
  const expressions = indexParams.map((parameter) => as(parameter, 'IndexElem')?.expr)
  return [...expressions, whereClause].flatMap((expression) => expression ?? [])
}

function isHarmless({ funcname }: FuncCall): boolean {
  const names = strings(funcname)
  return (names.length === 1 || names[0] === 'pg_catalog') && harmless.has(names.at(-1) ?? '')
}

/** Those that are named; none stands for all. */
function relationsOf(node: Node): readonly RangeVar[] {
  const reindexed = as(node, 'ReindexStmt')?.relation
  const vacuumed = as(node, 'VacuumStmt')?.rels ?? []
  return [reindexed, ...vacuumed.map((each) => as(each, 'VacuumRelation')?.relation)].flatMap(
    (relation) => relation ?? [],
  )
}

function nameOf({ schemaname, relname }: RangeVar): string {
  return [schemaname, relname].flatMap((part) => (part === undefined ? [] : quoteIdentifier(part))).join('.')
}
