import { InputError } from '../../findings/input-error.ts'
import { isCode } from './code.ts'
import { isSql } from './folder.ts'
import type { Layout } from './layout.ts'
import { nextName, stemOf } from './next-migration.ts'
import { markersOf } from './sections.ts'

/** Folders that hold what undoes or tests migrations, by what tools call them. */
const notUp = /^(?:revert|verify|down|downs|undo|rollback|rollbacks)$/i

/** Why the files of a folder of this name are not migrations, or null. */
export function reasonNotUp(folder: string): string | null {
  return notUp.test(folder) ? `stands in ${folder}/, which does not hold migrations to apply` : null
}

/** How runners of numbered files are told to open no transaction: postgres-migrations, sqlx, sql-migrate, and others in their way. */
const outsideMarker =
  /^\s*--\s*(?:postgres-migrations disable-transaction|no-transaction|disable_ddl_transaction!?|\+migrate up notransaction)\s*$/im

/**
 * A folder of `.sql` files, applied in natural order (`2_` before `10_`): what postgres-migrations and hand-made runners have, and others
 * of which nothing tells. Files that are named as down parts are not read, and a file that marks
 * an up and a down part is read as the tool that has these markers reads it. Migrations in code stand in their place.
 * Each file is taken to have a session of its own, as with `psql -f` for each. Which runner it is is not known, so that it is not
 * documented either: sqlx and node-pg-migrate, for two, keep one connection.
 */
export const numbered: Layout = {
  name: 'numbered',
  session: 'new',
  transaction: 'where-possible',
  placeholders: 'go-template',
  detect: (folder) => folder.sqlFiles.length > 0,
  list(folder) {
    const known = new Set(folder.sqlFiles.map((name) => name.toLowerCase()))
    const up = folder.files.filter((file) => isCode(file) || (isSql(file) && !isDown(file, known)))
    return { up, unread: folder.unread(up, reasonUnread) }
  },
  transactionOf: (folder, file) => (outsideMarker.test(folder.text(file)) ? 'none' : undefined),
  next(folder, draft) {
    if (folder.files.length === 0) return [{ file: `${nextName(['000_first'], draft)}.sql`, text: draft.up }]
    const last = numbered.list(folder).up.findLast((file) => isSql(file) && /^[A-Za-z]?\d/.test(file))
    if (last === undefined || markersOf(folder.text(last)) !== null) {
      throw new InputError('the files do not show how the next one is named and written', {
        file: folder.shown,
        hint: 'Name the layout, with --layout or in the config, or write the SQL to a file of your own, with --output.',
      })
    }
    const up = /[._-]up\.sql$/i.exec(last)?.[0] ?? '.sql'
    const name = nextName([stemOf(last, up)], draft)
    const down = up.replace(/up/i, (word) => (word === 'UP' ? 'DOWN' : 'down'))
    const hasDown = up !== '.sql' && folder.has(`${stemOf(last, up)}${down}`)
    return [
      { file: `${name}${up}`, text: draft.up },
      ...(hasDown ? [{ file: `${name}${down}`, text: draft.down }] : []),
    ]
  },
}

/** `x.down.sql`, `down.sql`, and `x_down.sql` where there is an `x_up.sql`. */
function isDown(file: string, names: ReadonlySet<string>): boolean {
  if (/(?:^|\.)(?:down|undo|rollback|revert)\.sql$/i.test(file)) return true
  const stem = /^(.*[_-])down\.sql$/i.exec(file)?.[1]
  return stem !== undefined && names.has(`${stem.toLowerCase()}up.sql`)
}

function reasonUnread(file: string): string {
  const folder = file.includes('/') ? file.slice(0, file.indexOf('/')) : null
  if (folder === null) return 'is named as a down part'
  return reasonNotUp(folder) ?? 'stands in a subfolder; name the subfolder to have it read'
}
