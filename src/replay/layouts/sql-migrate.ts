import type { Layout } from './layout.ts'
import { byCharacter, byNumber } from './natural-order.ts'
import { nextName, stemOf } from './next-migration.ts'
import { linesWith, markersOf, sqlMigrateMarkers, upSections } from './sections.ts'
import { statementsMarked } from './statement-marks.ts'

/**
 * `.sql` files with `-- +migrate Up` and `-- +migrate Down`, by the number that the name begins with, then those without one by name; subfolders are
 * not looked into (rubenv/sql-migrate, migrate.go). StatementBegin and StatementEnd do not change what the statements do. They run one after another on
 * one pool, which is taken to give the same connection again; `notransaction` after Up takes the transaction away.
 */
export const sqlMigrate: Layout = {
  name: 'sql-migrate',
  session: 'same',
  transaction: 'around',
  detect(folder) {
    const [first] = folder.sqlFiles
    return first !== undefined && markersOf(folder.text(first)) === sqlMigrateMarkers
  },
  list(folder) {
    const up = folder.sqlFiles.filter((file) => file.endsWith('.sql')).sort(inOrder)
    const unread = folder.unread(up, (file) =>
      file.includes('/')
        ? 'stands in a subfolder, which sql-migrate does not look into'
        : 'does not end with .sql, so sql-migrate passes it over',
    )
    return { up, unread }
  },
  transactionOf: (folder, file) => (isOutsideTransaction(folder.text(file)) ? 'none' : undefined),
  upPart: (text) => upSections(text, sqlMigrateMarkers),
  next(folder, draft) {
    const names = sqlMigrate.list(folder).up.map((file) => stemOf(file))
    const name = nextName(['20000101000000_first', ...names], draft)
    const text = `-- +migrate Up\n${marked(draft.up)}\n-- +migrate Down\n${marked(draft.down)}`
    return [{ file: `${name}.sql`, text }]
  },
}

function marked(sql: string): string {
  return statementsMarked(sql, '-- +migrate StatementBegin', '-- +migrate StatementEnd')
}

function inOrder(a: string, b: string): number {
  const [left, right] = [versionOf(a), versionOf(b)]
  if (left === null || right === null)
    return Number(left === null) - Number(right === null) || byCharacter(a, b)
  return byNumber(left, right) || byCharacter(a, b)
}

function isOutsideTransaction(text: string): boolean {
  return linesWith(text, sqlMigrateMarkers.sign).some(({ start, end }) =>
    /^-- \+migrate\s+Up\s(?:.*\s)?notransaction(?:\s|$)/.test(text.slice(start, end)),
  )
}

function versionOf(file: string): string | null {
  return /^\d+/.exec(file)?.[0] ?? null
}
