import type { Layout } from './layout.ts'
import { byCharacter } from './natural-order.ts'
import { nextName, stemOf } from './next-migration.ts'

/**
 * A folder for each migration, by name, with `migration.sql` in it. The schema engine applies each as one simple query over one
 * connection and puts nothing back (prisma-engines, flavour/postgres/connector/native/mod.rs, apply_migration_script).
 */
export const prisma: Layout = {
  name: 'prisma',
  session: 'same',
  transaction: 'one-message',
  detect: (folder) => folder.folders.some((name) => folder.child(name).has('migration.sql')),
  list(folder) {
    const up = [...folder.folders]
      .sort(byCharacter)
      .filter((name) => folder.child(name).has('migration.sql'))
      .map((name) => `${name}/migration.sql`)
    return { up, unread: folder.unread(up, () => 'is not a migration.sql in a folder of its own') }
  },
  next(folder, draft) {
    const names = prisma.list(folder).up.map((file) => stemOf(file, '/migration.sql'))
    const name = nextName(['20000101000000_first', ...names], draft)
    return [{ file: `${name}/migration.sql`, text: draft.up }]
  },
}
