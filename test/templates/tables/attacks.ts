import { expect } from 'vitest'
import type { RelationName } from '../../../src/templates/blueprint.ts'
import { identifier, literal, qualified } from '../../../src/templates/names.ts'
import { testedMajor } from '../../server.ts'
import { type Actor, otherParty, ownParty, type Party, type Scene } from './scene.ts'

/** A table that is attacked. It has a column `note`. */
export interface Target {
  readonly table: RelationName
  /** The columns of a row that have no default, as SQL, for a tenant whose key is given as a literal. */
  readonly fresh?: (key: string) => Readonly<Record<string, string>>
  /** COPY takes the rows of a partitioned table only by a query. */
  readonly isPartitioned?: boolean
  /** The column that names the parent, and the parent. */
  readonly parent?: { readonly column: string; readonly table: RelationName }
}

/** How many rows the own tenant has; the other one has one more. */
const count = 3

/** Both tenants hold rows that differ in the tenant key alone, and the other one a row besides. */
export async function seed(scene: Scene, { table, fresh = () => ({}) }: Target): Promise<void> {
  const { tenantKey } = scene.blueprint
  const name = qualified(table)
  const insert = async (party: Party) => {
    const key = literal(scene.key(party))
    const row = { [tenantKey]: key, note: "'note'", ...fresh(key) }
    const columns = Object.keys(row).map(identifier).join(', ')
    await scene.byHand(`insert into ${name} (${columns}) values (${Object.values(row).join(', ')})`)
  }
  const own = literal(scene.key(ownParty))
  for (let at = 0; at < count; at++) await insert(ownParty)
  const key = `jsonb_build_object(${literal(tenantKey)}, ${literal(scene.key(otherParty))})`
  await scene.byHand(
    `insert into ${name} overriding system value
     select (jsonb_populate_record(t, ${key})).* from ${name} as t where ${identifier(tenantKey)} = ${own}`,
  )
  await insert(otherParty)
}

/** What is tried on a table, and what must come of it. */
export interface Attack {
  readonly title: string
  /** The oldest major version of PostgreSQL that knows the command. */
  readonly since?: number
  readonly isFor?: (target: Target) => boolean
  readonly run: (attempt: Attempt) => Promise<void>
}

const denied = '42501'
const nullValue = '23502'
const noParent = '23503'

/** One target, and shorthands for what attacks say of it. */
export class Attempt {
  readonly scene: Scene
  readonly target: Target
  readonly name: string
  readonly key: string
  readonly me: Actor

  constructor(scene: Scene, target: Target) {
    this.scene = scene
    this.target = target
    this.name = qualified(target.table)
    this.key = identifier(scene.blueprint.tenantKey)
    this.me = scene.member(ownParty, ownParty.owner)
  }

  literal(party: Party): string {
    return literal(this.scene.key(party))
  }

  /** `insert into ... returning *` of a new row; the tenant key as given, or left out. */
  insert(key?: string): string {
    const { fresh = () => ({}) } = this.target
    const row = { note: "'new'", ...fresh(this.literal(ownParty)) }
    const columns = [...(key === undefined ? [] : [this.key]), ...Object.keys(row).map(identifier)]
    const values = [...(key === undefined ? [] : [key]), ...Object.values(row)]
    return `insert into ${this.name} (${columns.join(', ')}) values (${values.join(', ')})`
  }

  async keys(actor: Actor, query: string): Promise<readonly string[]> {
    const { rows } = await this.scene.act(actor, query)
    return rows.map((row) => String(row[this.scene.blueprint.tenantKey]))
  }

  async refused(query: string, code = denied, actor = this.me): Promise<void> {
    expect({ query, code: await this.scene.refusal(actor, query) }).toEqual({ query, code })
  }

  async touched(query: string, rows: number, actor = this.me): Promise<void> {
    const { rowCount } = await this.scene.act(actor, query)
    expect({ query, rowCount }).toEqual({ query, rowCount: rows })
  }

  own(): readonly string[] {
    return Array.from({ length: count }, () => this.scene.key(ownParty))
  }
}

export const attacks: readonly Attack[] = [
  {
    title: 'a member reads the rows of the own tenant and no others',
    run: async (on) => {
      expect(await on.keys(on.me, `select * from ${on.name}`)).toEqual(on.own())
      await on.touched(`select from ${on.name} where ${on.key} = ${on.literal(otherParty)}`, 0)
      await on.touched(`select from ${on.name} where ${on.key} is null or true for update`, count)
    },
  },
  {
    title: 'a member of the other tenant reads that one alone',
    run: async (on) => {
      const other = on.scene.member(otherParty)
      const keys = await on.keys(other, `select * from ${on.name}`)
      expect(keys).toEqual([...on.own(), ''].map(() => on.scene.key(otherParty)))
    },
  },
  {
    title: 'a row that is inserted without the key is of the tenant of the context, and RETURNING shows it',
    run: async (on) => {
      expect(await on.keys(on.me, `${on.insert()} returning *`)).toEqual([on.scene.key(ownParty)])
      expect(await on.keys(on.me, `${on.insert(on.literal(ownParty))} returning *`)).toHaveLength(1)
    },
  },
  {
    title: 'a row with the key of another tenant, or without one, is refused',
    run: async (on) => {
      await on.refused(on.insert(on.literal(otherParty)))
      await on.refused(`${on.insert(on.literal(otherParty))} on conflict do nothing`)
      const code = await on.scene.refusal(on.me, on.insert('null'))
      expect([denied, nullValue]).toContain(code)
    },
  },
  {
    title: 'an update changes the rows of the own tenant alone',
    run: async (on) => {
      await on.touched(`update ${on.name} set note = 'changed'`, count)
      await on.touched(`update ${on.name} set note = 'x' where ${on.key} = ${on.literal(otherParty)}`, 0)
      expect(await on.keys(on.me, `update ${on.name} set note = 'x' returning *`)).toEqual(on.own())
    },
  },
  {
    title: 'a row is not moved to another tenant',
    run: async (on) => {
      const code = await on.scene.refusal(
        on.me,
        `update ${on.name} set ${on.key} = ${on.literal(otherParty)}`,
      )
      expect(code).toBe(denied)
      const none = await on.scene.refusal(on.me, `update ${on.name} set ${on.key} = null`)
      expect([denied, nullValue]).toContain(none)
    },
  },
  {
    title: 'a delete takes the rows of the own tenant alone',
    run: async (on) => {
      await on.touched(`delete from ${on.name} where ${on.key} = ${on.literal(otherParty)}`, 0)
      expect(await on.keys(on.me, `delete from ${on.name} returning *`)).toEqual(on.own())
    },
  },
  {
    title: 'an upsert changes an own row, and none of another tenant',
    run: async (on) => {
      const copy = (party: Party) => {
        const key = `jsonb_build_object(${literal(on.scene.blueprint.tenantKey)}, ${on.literal(party)})`
        return `insert into ${on.name} overriding system value
          select (jsonb_populate_record(t, ${key})).* from ${on.name} as t`
      }
      const constraint = await primaryKeyOf(on)
      const change = `on conflict (${constraint}) do update set note = 'upserted'`
      await on.touched(`${copy(ownParty)} ${change}`, count)
      await on.refused(`${copy(otherParty)} ${change}`)
      await on.refused(`${copy(otherParty)} on conflict (${constraint}) do nothing`)
    },
  },
  {
    title: 'MERGE matches own rows, and writes none of another tenant',
    since: 15,
    run: async (on) => {
      const merge = (party: Party, then: string) =>
        `merge into ${on.name} as t using (values (${on.literal(party)}::${on.scene.blueprint.keyType})) as s (k)
         on t.${on.key} = s.k when matched then ${then}`
      await on.touched(merge(ownParty, "update set note = 'merged'"), count)
      await on.touched(merge(ownParty, 'delete'), count)
      await on.touched(merge(otherParty, "update set note = 'merged'"), 0)
      await on.touched(merge(otherParty, 'delete'), 0)
      await on.refused(merge(ownParty, `update set ${on.key} = ${on.literal(otherParty)}`))
      const { fresh = () => ({}) } = on.target
      const row = { note: "'merged'", ...fresh(on.literal(ownParty)) }
      const add = (key: string) => `merge into ${on.name} as t using (values (1)) as s (n) on false
        when not matched then insert (${[on.key, ...Object.keys(row).map(identifier)].join(', ')})
        values (${[key, ...Object.values(row)].join(', ')})`
      await on.touched(add(on.literal(ownParty)), 1)
      await on.refused(add(on.literal(otherParty)))
    },
  },
  {
    title: 'COPY gives out own rows, and takes none in past row security',
    run: async (on) => {
      if (on.target.isPartitioned !== true) await on.touched(`copy ${on.name} to stdout`, count)
      await on.touched(`copy (select * from ${on.name}) to stdout`, count)
      const code = await on.scene.refusal(on.me, `copy ${on.name} from stdin`)
      expect(code).toBe('0A000')
    },
  },
  {
    title: 'without a context there are no rows, and none can be added',
    run: async (on) => {
      const contexts: Partial<Actor>[] = [
        {},
        { tenant: '', user: '' },
        { tenant: on.scene.key(ownParty) },
        { tenant: on.scene.key(ownParty), user: '' },
        { user: ownParty.owner },
      ]
      for (const context of contexts) {
        const actor = { role: on.scene.blueprint.appRole, ...context }
        await on.touched(`select from ${on.name}`, 0, actor)
        await on.touched(`update ${on.name} set note = 'x'`, 0, actor)
        await on.touched(`delete from ${on.name}`, 0, actor)
        expect([denied, nullValue]).toContain(await on.scene.refusal(actor, on.insert()))
        await on.refused(on.insert(on.literal(ownParty)), denied, actor)
      }
    },
  },
  {
    title: 'a forged tenant opens nothing without a membership',
    run: async (on) => {
      for (const user of [ownParty.owner, otherParty.invited, otherParty.revoked]) {
        const forged = on.scene.member(otherParty, user)
        await on.touched(`select from ${on.name}`, 0, forged)
        await on.touched(`update ${on.name} set note = 'x'`, 0, forged)
        await on.touched(`delete from ${on.name}`, 0, forged)
        await on.refused(on.insert(), denied, forged)
        await on.refused(on.insert(on.literal(otherParty)), denied, forged)
      }
    },
  },
  {
    title: 'who is a member of both tenants sees and writes the one of the context alone',
    run: async (on) => {
      const both = on.scene.member(ownParty, ownParty.both)
      expect(await on.keys(both, `select * from ${on.name}`)).toEqual(on.own())
      await on.touched(`update ${on.name} set note = 'x'`, count, both)
      await on.touched(`delete from ${on.name} where ${on.key} = ${on.literal(otherParty)}`, 0, both)
      await on.refused(on.insert(on.literal(otherParty)), denied, both)
      await on.refused(`update ${on.name} set ${on.key} = ${on.literal(otherParty)}`, denied, both)
    },
  },
  {
    title: 'a context that is no key is an error, or no tenant',
    run: async (on) => {
      const actor = { ...on.me, tenant: "1' or true --" }
      const isText = on.scene.blueprint.keyType === 'text'
      if (isText) await on.touched(`select from ${on.name}`, 0, actor)
      else await on.refused(`select from ${on.name}`, '22P02', actor)
    },
  },
  {
    title: 'a plan that was made for one tenant shows another one its own rows',
    run: async (on) => {
      const { scene } = on
      await scene.onConnection('set plan_cache_mode = force_generic_plan')
      await scene.onConnection(`prepare plan as select ${on.key}::text as key from ${on.name}`)
      for (const party of [ownParty, otherParty, ownParty]) {
        const { rows } = await scene.act(scene.member(party, party.owner), 'execute plan')
        expect(new Set(rows.map(({ key }) => key))).toEqual(new Set([scene.key(party)]))
      }
      const forged = await scene.act(scene.member(otherParty, ownParty.owner), 'execute plan')
      expect(forged.rowCount).toBe(0)
      await scene.onConnection('deallocate plan; reset plan_cache_mode')
    },
  },
  {
    title: 'parallel workers see what the leader may',
    run: async (on) => {
      const force = testedMajor < 16 ? 'force_parallel_mode' : 'debug_parallel_query'
      const before = [
        `set local ${force} = on`,
        'set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0; set local min_parallel_table_scan_size = 0',
      ]
      await on.touched(`select from ${on.name}`, count, { ...on.me, before })
      const forged = on.scene.member(otherParty, ownParty.owner)
      await on.touched(`select from ${on.name}`, 0, { ...forged, before })
    },
  },
  {
    title: 'row security that is switched off gives errors and no rows',
    run: async (on) => {
      await on.refused(`select from ${on.name}`, denied, {
        ...on.me,
        before: ['set local row_security = off'],
      })
    },
  },
  {
    title: 'statistics of the rows are not shown',
    run: async (on) => {
      await on.scene.byHand(`analyze ${on.name}`)
      const { namespace, name } = on.target.table
      const where = `where schemaname = ${literal(namespace)} and tablename = ${literal(name)}`
      expect(await on.scene.superuser.query(`select from pg_stats ${where}`)).not.toEqual([])
      await on.touched(`select from pg_stats ${where}`, 0)
    },
  },
  {
    title: 'a function of the caller is not given the rows of another tenant',
    run: async (on) => {
      const leak = `create function pg_temp.leak(key text) returns boolean language plpgsql cost 0.0000001
        as $$ begin if key <> ${on.literal(ownParty)} then raise 'leaked %', key; end if; return true; end $$`
      const actor = { ...on.me, before: [leak] }
      await on.touched(`select from ${on.name} where pg_temp.leak(${on.key}::text)`, count, actor)
    },
  },
  {
    title: 'the owner is bound by FORCE',
    run: async (on) => {
      const owner: Actor = { role: null, tenant: on.scene.key(ownParty), user: ownParty.owner }
      await on.touched(`select from ${on.name}`, 0, owner)
      await on.touched(`delete from ${on.name}`, 0, owner)
      await on.refused(on.insert(on.literal(ownParty)), denied, owner)
    },
  },
  {
    title: 'nobody but the owner holds a privilege that asks no policy, and strangers hold none',
    run: async (on) => {
      const { appRole, supportRole, systemTasks } = on.scene.blueprint
      const known = [appRole, supportRole, ...systemTasks.map(({ role }) => role)].filter(
        (role) => role !== null,
      )
      const privileges = ['truncate', 'references', 'trigger', ...(testedMajor > 16 ? ['maintain'] : [])]
      const held = await on.scene.superuser.query<{ rolname: string; privilege: string }>(
        `select rolname, privilege
         from pg_roles, unnest(array[${[...privileges, 'select', 'insert', 'update', 'delete'].map(literal).join(', ')}]) as privilege
         where not rolsuper and rolname not in ('migrator', 'pg_read_all_data', 'pg_write_all_data', 'pg_maintain')
           and has_table_privilege(oid, ${literal(on.name)}, privilege)
           and (privilege in (${privileges.map(literal).join(', ')}) or rolname <> all ($1))`,
        [known],
      )
      expect(held).toEqual([])
      await on.refused(`truncate ${on.name}`)
    },
  },
  {
    title: 'a row refers to no parent of another tenant, and what is refused is as if there were none',
    isFor: ({ parent }) => parent !== undefined,
    run: async (on) => {
      const { parent } = on.target
      if (parent === undefined) return
      const column = identifier(parent.column)
      for (const id of [await onlyOf(on, parent.table), await nowhere(on, parent.table)]) {
        const row = { note: "'x'", ...on.target.fresh?.(on.literal(ownParty)), [parent.column]: literal(id) }
        const columns = Object.keys(row).map(identifier).join(', ')
        await on.refused(
          `insert into ${on.name} (${columns}) values (${Object.values(row).join(', ')})`,
          noParent,
        )
        await on.refused(`update ${on.name} set ${column} = ${literal(id)}`, noParent)
      }
    },
  },
  {
    title: 'deleting a parent takes its children of the own tenant alone',
    isFor: ({ parent }) => parent !== undefined,
    run: async (on) => {
      const { parent } = on.target
      if (parent === undefined) return
      const left = await on.scene.acting(on.me, async (client) => {
        await client.query(`delete from ${qualified(parent.table)}`)
        await client.query('reset role')
        const { rows } = await client.query(`select distinct ${on.key}::text as key from ${on.name}`)
        return rows
      })
      expect(left).toEqual([{ key: on.scene.key(otherParty) }])
    },
  },
]

async function primaryKeyOf(on: Attempt): Promise<string> {
  const rows = await on.scene.superuser.query<{ name: string }>(
    `select quote_ident(attname) as name
     from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
     where indrelid = ${literal(on.name)}::regclass and indisprimary`,
  )
  return rows.map(({ name }) => name).join(', ')
}

/** The id of a row that the other tenant alone has. */
async function onlyOf(on: Attempt, table: RelationName): Promise<string> {
  const [row] = await on.scene.superuser.query<{ id: string }>(
    `select id::text from ${qualified(table)} where ${on.key} = ${on.literal(otherParty)}
     except select id::text from ${qualified(table)} where ${on.key} = ${on.literal(ownParty)}`,
  )
  if (row === undefined) throw new Error(`the other tenant has no row of its own in ${qualified(table)}`)
  return row.id
}

/** An id that no tenant has. */
async function nowhere(on: Attempt, table: RelationName): Promise<string> {
  const [column] = await on.scene.superuser.query<{ type: string }>(
    `select format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = ${literal(qualified(table))}::regclass and attname = 'id'`,
  )
  return column?.type === 'uuid' ? '00000000-0000-4000-8000-000000000000' : '987654321'
}
