import { isCode } from './code.ts'
import type { Layout } from './layout.ts'
import { byNumber } from './natural-order.ts'

const named = /^\d+_.*\.up\.(?:.*\.)?sql$/

/** pop names the database that a file is for: `<version>_name.mysql.up.sql`. */
const otherDatabase = /\.(mysql|mariadb|sqlite3?|cockroach(?:db)?|mssql|sqlserver|oracle)\./

/**
 * `<version>_name.up.sql` beside `<version>_name.down.sql`, by version (golang-migrate/migrate, source/parse.go); sqlx, pop
 * and bun name their files so too; pop's are Go templates, and bun has `<version>_name.go` besides. golang-migrate keeps one
 * connection and puts nothing back (database/postgres/postgres.go, WithConnection and runStatement).
 */
export const golangMigrate: Layout = {
  name: 'golang-migrate',
  session: 'same',
  transaction: 'one-message',
  placeholders: 'go-template',
  detect: (folder) => folder.sqlFiles.some((file) => named.test(file)),
  list(folder) {
    const up = folder.files.filter((file) => isUp(file) || isCode(file, 'go'))
    up.sort((a, b) => byNumber(versionOf(a), versionOf(b)))
    return { up, unread: folder.unread(up, reasonUnread) }
  },
}

function isUp(file: string): boolean {
  return named.test(file) && !otherDatabase.test(file)
}

function reasonUnread(file: string): string {
  const database = otherDatabase.exec(file)?.[1]
  if (database !== undefined) return `is for another database, ${database}`
  if (file.includes('/')) return 'stands in a subfolder, which golang-migrate does not look into'
  return /\.down\.(?:.*\.)?sql$/.test(file) ? 'is a down part' : 'is not named <version>_name.up.sql'
}

function versionOf(file: string): string {
  return /^\d+/.exec(file)?.[0] ?? ''
}
