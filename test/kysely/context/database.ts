import { type Generated, Kysely, type KyselyPlugin, PostgresDialect } from 'kysely'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import { onTestFinished } from 'vitest'
import { guardDialect } from '../../../src/kysely/context/guard-dialect.ts'

export interface Tables {
  invoices: {
    tenant_id: Generated<string>
    id: Generated<string>
    number: number
    note: string | null
  }
}

/** A Kysely with a guarded dialect over a pool. */
export function kyselyOver(pool: pg.Pool, plugins: KyselyPlugin[] = []): Kysely<Tables> {
  // Kysely listens to no client that it holds, and one that breaks unheard ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = new Kysely<Tables>({
    dialect: guardDialect(new PostgresDialect({ pool, cursor: Cursor })),
    plugins,
  })
  onTestFinished(() => db.destroy())
  return db
}

export async function notesOf(db: Kysely<Tables>): Promise<(string | null)[]> {
  const rows = await db.selectFrom('invoices').select('note').orderBy('number').execute()
  return rows.map(({ note }) => note)
}
