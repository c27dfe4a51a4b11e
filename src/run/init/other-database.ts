import { parseJson } from '../../config/json.ts'
import type { Folder } from '../../replay/layouts/folder.ts'
import type { LayoutName } from '../../replay/layouts/layout.ts'

const others: ReadonlySet<string> = new Set([
  'bigquery',
  'cassandra',
  'clickhouse',
  'd1',
  'duckdb',
  'mariadb',
  'mssql',
  'mysql',
  'oracle',
  'scylla',
  'snowflake',
  'sqlite',
  'sqlite3',
  'sqlserver',
])

/** The database that the migrations are for, where the tool or the path says so and it is not PostgreSQL. */
export function otherDatabaseOf(folder: Folder, layout: LayoutName): string | null {
  const words = folder.shown.toLowerCase().split(/[^a-z0-9]+/)
  const called = words.find((word) => others.has(word))
  if (called !== undefined && !words.some((word) => /^(?:pg|pgsql|postgres|postgresql)$/.test(word)))
    return called
  const named =
    layout === 'prisma' ? providerOfPrisma(folder) : layout === 'drizzle' ? dialectOfDrizzle(folder) : null
  return named === null || /^(?:pg|postgres|cockroach)/.test(named) ? null : named
}

function providerOfPrisma(folder: Folder): string | null {
  if (!folder.has('migration_lock.toml')) return null
  return /^\s*provider\s*=\s*"([^"]+)"/m.exec(folder.text('migration_lock.toml'))?.[1] ?? null
}

function dialectOfDrizzle(folder: Folder): string | null {
  const file = 'meta/_journal.json'
  const { value } = parseJson(folder.shownFile(file), folder.text(file))
  const { dialect } = value as { readonly dialect?: unknown }
  return typeof dialect === 'string' ? dialect : null
}
