import type { Node } from 'libpg-query'
import { firstUserOid } from '../../catalog/conditions.ts'
import { quoteIdentifier } from '../../sql/identifiers.ts'
import { as, walk } from '../../sql/node.ts'
import { parseStatements } from '../../sql/parse.ts'
import { sql } from '../../sql/template.ts'
import { atLeast, differs, equals, moreThan } from './operators.ts'
import type { ServerConnection } from './server-connection.ts'

/** A statement by which a migrator writes down what it has done. */
export interface BookkeepingWrite {
  /** The table, as SQL; null where more than one is read or written, or something is called. */
  readonly table: string | null
}

/** Null where the statement is no such. */
export function bookkeepingWrite(text: string): BookkeepingWrite | null {
  const [first, ...others] = parseStatements(text)
  if (first === undefined || !('node' in first)) return null
  const { node } = first
  const written = as(node, 'InsertStmt')?.relation ?? as(node, 'DeleteStmt')?.relation
  if (written === undefined) return null
  if (others.length > 0 || !isPlain(node)) return { table: null }
  const names = [written.schemaname, written.relname].flatMap((name) => name ?? [])
  return { table: names.map(quoteIdentifier).join('.') }
}

const running: ReadonlySet<string> = new Set([
  'FuncCall',
  'SubLink',
  'WithClause',
  'CommonTableExpr',
  'TypeCast',
])

function isPlain(node: Node): boolean {
  let isSo = true
  walk(node, (kind) => {
    isSo &&= !running.has(kind)
    return isSo
  })
  return isSo
}

/** A table of which nothing runs when a row is written: no trigger, rule, default, check, policy, expression or type of anybody. */
const inert = sql`
  select from pg_catalog.pg_class c
  where c.oid ${equals} pg_catalog.to_regclass($1)::pg_catalog.oid and c.relkind ${equals} 'r'
    and not c.relhasrules and not c.relrowsecurity
    and not exists (select from pg_catalog.pg_trigger t where t.tgrelid ${equals} c.oid)
    and not exists (select from pg_catalog.pg_attrdef d where d.adrelid ${equals} c.oid)
    and not exists (
      select from pg_catalog.pg_constraint k
      where k.conrelid ${equals} c.oid and k.contype ${differs} all (array['p', 'u', 'n']::pg_catalog."char"[])
    )
    and not exists (select from pg_catalog.pg_inherits i where i.inhparent ${equals} c.oid)
    and not exists (
      select from pg_catalog.pg_index i
      where i.indrelid ${equals} c.oid and (
        i.indexprs is not null or i.indpred is not null or exists (
          select from pg_catalog.unnest(i.indclass::pg_catalog.oid[]) as class (oid)
          where class.oid ${atLeast} ${firstUserOid}
        )
      )
    )
    and not exists (
      select from pg_catalog.pg_attribute a
      where a.attrelid ${equals} c.oid and a.attnum ${moreThan} 0 and not a.attisdropped
        and a.atttypid ${atLeast} ${firstUserOid}
    )`

/** Whether the write does nothing but write a row. */
export async function isInert(server: ServerConnection, { table }: BookkeepingWrite): Promise<boolean> {
  return table !== null && (await server.query(inert, [table])).length > 0
}
