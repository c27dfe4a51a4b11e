import type { Policy, PolicyCommand } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import { printedExpression } from './conditions.ts'
import { grouped, oneOf, type Reading } from './reading.ts'

interface PolicyRow {
  readonly relation: number
  readonly name: string
  readonly command: string
  readonly permissive: boolean
  readonly roles: readonly string[]
  readonly using: string | null
  readonly withCheck: string | null
}

const policies = (reading: Reading) => sql`
  select p.polrelid as relation, p.polname as name, p.polcmd as command, p.polpermissive as permissive,
    array(
      select case role when 0 then 'public' else pg_catalog.pg_get_userbyid(role) end
      from pg_catalog.unnest(p.polroles) with ordinality as listed (role, place) order by place
    )::pg_catalog.text[] as roles,
    ${printedExpression('p.polqual', 'p.polrelid')} as using,
    ${printedExpression('p.polwithcheck', 'p.polrelid')} as "withCheck"
  from pg_catalog.pg_policy p
  where ${reading.covers('p.polrelid')}
  order by p.polrelid, p.oid`

const commands: Readonly<Record<string, PolicyCommand>> = {
  '*': 'all',
  r: 'select',
  a: 'insert',
  w: 'update',
  d: 'delete',
}

/** By the oid of the relation, in the order of creation. */
export async function readPolicies(reading: Reading): Promise<ReadonlyMap<number, readonly Policy[]>> {
  const { printed } = reading
  return grouped(
    await reading.rows<PolicyRow>(policies(reading), ['relation']),
    (row) => row.relation,
    (row) => ({
      name: row.name,
      command: oneOf(commands, row.command),
      permissive: row.permissive,
      roles: row.roles,
      using: printed.expression(row.using),
      withCheck: printed.expression(row.withCheck),
      source: null,
    }),
  )
}
