import type { Layout } from './layout.ts'
import { byCharacter } from './natural-order.ts'
import { nextName, stemOf } from './next-migration.ts'
import { dbmateMarkers, markersOf, upSections } from './sections.ts'

const versioned = /^\d.*\.sql$/

/**
 * `-- migrate:up` and `-- migrate:down` in one file, files by name; one whose name does not begin with a digit is passed over
 * (amacneil/dbmate, pkg/dbmate/db.go). They run one after another on one pool, which gives the same connection again, and
 * nothing is put back between them (Migrate in db.go).
 */
export const dbmate: Layout = {
  name: 'dbmate',
  session: 'same',
  transaction: 'around',
  detect(folder) {
    const first = folder.sqlFiles.find((file) => versioned.test(file))
    return first !== undefined && markersOf(folder.text(first)) === dbmateMarkers
  },
  list(folder) {
    const up = folder.sqlFiles.filter((file) => versioned.test(file)).sort(byCharacter)
    const unread = folder.unread(up, (file) =>
      file.includes('/')
        ? 'stands in a subfolder, which dbmate does not look into'
        : 'has no version in its name, so dbmate passes it over',
    )
    return { up, unread }
  },
  transactionOf: (folder, file) =>
    /^--\s*migrate:up\s(?:.*\s)?transaction:false(?:\s|$)/m.test(folder.text(file))
      ? 'one-message'
      : undefined,
  upPart: (text) => upSections(text, dbmateMarkers),
  next(folder, draft) {
    const names = dbmate.list(folder).up.map((file) => stemOf(file))
    const name = nextName(['20000101000000_first', ...names], draft)
    return [{ file: `${name}.sql`, text: `-- migrate:up\n${draft.up}\n-- migrate:down\n${draft.down}` }]
  },
}
