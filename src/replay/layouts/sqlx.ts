import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'
import { byCharacter, byNumber } from './natural-order.ts'
import { nextName, stemOf } from './next-migration.ts'
import { dependsOn } from './project-manifest.ts'
import { markersOf } from './sections.ts'

const named = /^\d+_.*\.sql$/

/** What the command line of sqlx begins a file with. */
const beginning = /^-- Add (?:up )?migration script here/

/**
 * `<version>_name.sql`, or `.up.sql` beside `.down.sql`, by version; subfolders are not looked into (sqlx-core/src/migrate/source.rs).
 * They run on one connection, and nothing is put back between them; `-- no-transaction` as the first characters takes the
 * transaction away (sqlx-postgres/src/migrate.rs). The names are those of other tools too: a file as sqlx begins it tells, or Cargo.toml.
 */
export const sqlx: Layout = {
  name: 'sqlx',
  session: 'same',
  transaction: 'around',
  detect(folder) {
    const first = folder.sqlFiles.find(isMigration)
    if (first === undefined || markersOf(folder.text(first)) !== null) return false
    return beginning.test(folder.text(first)) || isOfRust(folder)
  },
  list(folder) {
    const up = folder.sqlFiles.filter(isMigration)
    up.sort((a, b) => byNumber(versionOf(a), versionOf(b)) || byCharacter(a, b))
    return { up, unread: folder.unread(up, reasonUnread) }
  },
  transactionOf: (folder, file) =>
    folder.text(file).startsWith('-- no-transaction') ? 'one-message' : undefined,
  next(folder, draft) {
    const { up } = sqlx.list(folder)
    const name = nextName(
      ['20000101000000_first', ...up.map((file) => stemOf(stemOf(file, '.up.sql')))],
      draft,
    )
    if (up.at(-1)?.endsWith('.up.sql') !== true) return [{ file: `${name}.sql`, text: draft.up }]
    return [
      { file: `${name}.up.sql`, text: draft.up },
      { file: `${name}.down.sql`, text: draft.down },
    ]
  },
}

function isOfRust(folder: Folder): boolean {
  return (
    dependsOn(folder, 'Cargo.toml', 'sqlx') &&
    !dependsOn(folder, 'go.mod', 'github.com/golang-migrate/migrate')
  )
}

function isMigration(file: string): boolean {
  return named.test(file) && !isDown(file)
}

function isDown(file: string): boolean {
  return file.endsWith('.down.sql')
}

function reasonUnread(file: string): string {
  if (file.includes('/')) return 'stands in a subfolder, which sqlx does not look into'
  return isDown(file) ? 'is a down part' : 'is not named <version>_name.sql'
}

function versionOf(file: string): string {
  return /^\d+/.exec(file)?.[0] ?? ''
}
