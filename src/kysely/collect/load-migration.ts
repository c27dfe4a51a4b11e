import { pathToFileURL } from 'node:url'
import { createJiti } from 'jiti'
import type { Kysely } from 'kysely'

/** What of the module `kysely` running a migration takes: the copy that the migration itself imports. */
export type KyselyModule = Pick<
  typeof import('kysely'),
  'CompiledQuery' | 'Kysely' | 'PostgresAdapter' | 'PostgresIntrospector' | 'PostgresQueryCompiler'
>

/** A migration as Kysely takes it. */
export interface RunnableMigration {
  up(db: Kysely<unknown>): Promise<void>
  /** Of Kysely 0.30. */
  readonly config?: { readonly transaction?: boolean }
}

/** Runs the module of a migration, TypeScript or JavaScript; null where Kysely's FileMigrationProvider would pass it over. */
export async function loadMigration(
  file: string,
): Promise<{ readonly kysely: KyselyModule; readonly migration: RunnableMigration } | null> {
  const jiti = createJiti(pathToFileURL(file).href, { tsconfigPaths: true })
  const migration = migrationIn(await jiti.import(file))
  return migration === null ? null : { migration, kysely: await jiti.import<KyselyModule>('kysely') }
}

/** What the module exports by default, or the module itself. */
function migrationIn(module: unknown): RunnableMigration | null {
  const { default: standard } = Object(module) as { readonly default?: unknown }
  if (isMigration(standard)) return standard
  return isMigration(module) ? module : null
}

function isMigration(value: unknown): value is RunnableMigration {
  return typeof (Object(value) as { readonly up?: unknown }).up === 'function'
}
