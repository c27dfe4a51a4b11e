import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'
import { byCharacter } from './natural-order.ts'
import { nextName, stemOf } from './next-migration.ts'

/**
 * `supabase/migrations/<timestamp>_name.sql`, by name. Seeds, tests and declarative schemas are no migrations; a file
 * of another name is passed over by the Supabase CLI too (supabase/cli, pkg/migration/list.go).
 * The CLI runs RESET ALL on its one connection before each file (pkg/migration/apply.go).
 */
export const supabase: Layout = {
  name: 'supabase',
  session: 'reset-all',
  transaction: 'one-message',
  detect(folder) {
    const migrations = migrationsIn(folder)
    if (migrations === null) return false
    return migrations === folder || folder.name === 'supabase' || folder.has('config.toml')
  },
  list(folder) {
    const migrations = migrationsIn(folder) ?? folder
    const prefix = migrations === folder ? '' : 'migrations/'
    const isMigration = (file: string) => /^\d+_.*\.sql$/.test(file)
    const names = migrations.sqlFiles.filter(isMigration).sort(byCharacter)
    const up = names.map((file) => prefix + file)
    const unread = folder.unread(up, (file) =>
      file.startsWith(prefix)
        ? 'is not named <timestamp>_name.sql, so the Supabase CLI passes it over'
        : 'is not among the migrations',
    )
    return { up, unread }
  },
  next(folder, draft) {
    const { up } = supabase.list(folder)
    const prefix = (migrationsIn(folder) ?? folder) === folder ? '' : 'migrations/'
    const names = up.map((file) => stemOf(file.slice(prefix.length)))
    const name = nextName(['20000101000000_first', ...names], draft)
    return [{ file: `${prefix}${name}.sql`, text: draft.up }]
  },
}

/** The folder itself where it is the one of the migrations, or the one in it. */
function migrationsIn(folder: Folder): Folder | null {
  const { parent } = folder
  const named = folder.name === 'migrations' && (parent.name === 'supabase' || parent.has('config.toml'))
  if (named && folder.sqlFiles.length > 0) return folder
  return folder.folders.includes('migrations') && folder.child('migrations').sqlFiles.length > 0
    ? folder.child('migrations')
    : null
}
