import type { Kysely } from 'kysely'
import type { Severity } from '../../findings/finding.ts'
import type { TenancyInput } from '../../tenancy/declaration.ts'
import { onlyTenancy } from '../declared-tenancies.ts'

/** A migration as all versions of Kysely have it. */
export interface GuardableMigration {
  up(db: Kysely<never>): Promise<void>
  down?(db: Kysely<never>): Promise<void>
  /** Of Kysely 0.30. */
  readonly config?: { readonly transaction?: boolean }
}

/** A `MigrationProvider` as all versions of Kysely have it. */
export interface GuardableProvider {
  getMigrations(): Promise<Record<string, GuardableMigration>>
}

export interface GuardOptions {
  /**
   * Who is a tenant: what `defineTenancy` returned, or as in the config file. Default: the tenancy that this process declares. What it leaves
   * out is taken from the tables, as `ringfence check` does.
   */
  readonly tenancy?: TenancyInput | { readonly declaration: TenancyInput }
  /** Severities of checks, as in the config file. Errors are refused. */
  readonly checks?: Readonly<Record<string, Severity | 'off'>>
  /** Names of migrations that run without a transaction: indexes, enums, validation and rows only. */
  readonly withoutTransaction?: readonly string[]
  /** Names of migrations whose `down` changes rows on purpose. */
  readonly rowsInDown?: readonly string[]
  /** Names of migrations that write functions of the context by hand, which somebody has read: what they return is trusted by policies. */
  readonly contextByHand?: readonly string[]
  /** Reads all catalogs around each migration, be it needed or not: slower, and with the same verdict. Default false. */
  readonly thorough?: boolean
}

/**
 * A provider whose migrations can't leave an unsafe table behind. Each statement is read before it is sent, and after each `up` and
 * `down` the catalogs are examined in the same transaction: an error that was not there before throws, and Kysely rolls back.
 *
 *     const provider = new FileMigrationProvider({ fs, path, migrationFolder })
 *     const migrator = new Migrator({ db, provider: guardMigrations(provider) })
 *
 * What a migration does past the handle that it is given, on a connection of its own, is found where it shows while the
 * migration runs, and can't be undone.
 */
export function guardMigrations(provider: GuardableProvider, options: GuardOptions = {}): GuardableProvider {
  return {
    async getMigrations() {
      const migrations = await provider.getMigrations()
      return Object.fromEntries(
        Object.entries(migrations).map(([name, migration]) => [name, guarded(name, migration, options)]),
      )
    },
  }
}

function guarded(name: string, migration: GuardableMigration, options: GuardOptions): GuardableMigration {
  const { up, down, config } = migration
  const run = async (db: Kysely<never>, direction: 'up' | 'down', body: GuardableMigration['up']) => {
    const [{ runGuarded }, { loadParser }, { tenancyDeclaration }] = await Promise.all([
      import('./guarded-run.ts'),
      import('../../sql/parse.ts'),
      import('../../tenancy/declaration.ts'),
    ])
    await loadParser()
    await runGuarded(db, {
      name,
      direction,
      body: (handle) => body.call(migration, handle),
      mayRunAlone: config?.transaction === false || (options.withoutTransaction?.includes(name) ?? false),
      mayChangeContext: options.contextByHand?.includes(name) ?? false,
      mayChangeRows: options.rowsInDown?.includes(name) ?? false,
      judgement: {
        tenancy: tenancyDeclaration.parse(declarationOf(options)),
        severities: options.checks ?? {},
        isThorough: options.thorough ?? false,
      },
    })
  }
  return Object.freeze({
    up: (db: Kysely<never>) => run(db, 'up', up),
    ...(down === undefined ? {} : { down: (db: Kysely<never>) => run(db, 'down', down) }),
    ...(config === undefined ? {} : { config }),
  })
}

function declarationOf({ tenancy }: GuardOptions): TenancyInput {
  if (tenancy === undefined) return onlyTenancy() ?? {}
  return 'declaration' in tenancy ? tenancy.declaration : tenancy
}
