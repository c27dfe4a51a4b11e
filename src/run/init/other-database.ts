import { parseJson } from '../../config/json.ts'
import type { Folder } from '../../replay/layouts/folder.ts'
import type { LayoutName } from '../../replay/layouts/layout.ts'

/** The database that the migrations are for, where the tool says so and it is not PostgreSQL. */
export function otherDatabaseOf(folder: Folder, layout: LayoutName): string | null {
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
