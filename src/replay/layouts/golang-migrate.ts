import { isCode } from './code.ts'
import type { Layout } from './layout.ts'
import { byNumber } from './natural-order.ts'
import { nextName, stemOf } from './next-migration.ts'

const named = /^\d+_.*\.up\.(?:.*\.)?sql$/

/**
 * `<version>_name.up.sql` beside `<version>_name.down.sql`, by version (golang-migrate/migrate, source/parse.go); sqlx, pop
 * and bun name their files so too, so that they are looked for first; bun has `<version>_name.go` besides. golang-migrate keeps one
 * connection and puts nothing back (database/postgres/postgres.go, WithConnection and runStatement).
 */
export const golangMigrate: Layout = {
  name: 'golang-migrate',
  session: 'same',
  transaction: 'one-message',
  placeholders: 'go-template',
  detect: (folder) => folder.sqlFiles.some((file) => named.test(file)),
  list(folder) {
    const up = folder.files.filter((file) => named.test(file) || isCode(file, 'go'))
    up.sort((a, b) => byNumber(versionOf(a), versionOf(b)))
    return { up, unread: folder.unread(up, reasonUnread) }
  },
  next(folder, draft) {
    const names = golangMigrate.list(folder).up.map((file) => stemOf(file, '.up.sql'))
    const name = nextName(['000000_first', ...names], draft)
    return [
      { file: `${name}.up.sql`, text: draft.up },
      { file: `${name}.down.sql`, text: draft.down },
    ]
  },
}

function reasonUnread(file: string): string {
  if (file.includes('/')) return 'stands in a subfolder, which golang-migrate does not look into'
  return /\.down\.(?:.*\.)?sql$/.test(file) ? 'is a down part' : 'is not named <version>_name.up.sql'
}

function versionOf(file: string): string {
  return /^\d+/.exec(file)?.[0] ?? ''
}
