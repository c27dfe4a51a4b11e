import type { Layout } from './layout.ts'
import { byCharacter } from './natural-order.ts'
import { numbered } from './numbered.ts'
import { dbmateMarkers, markersOf, upSections } from './sections.ts'

/**
 * `-- migrate:up` and `-- migrate:down` in one file, files by name; one whose name does not begin with a digit is passed over
 * (amacneil/dbmate, pkg/dbmate/db.go). They run one after another on one pool, which gives the same connection again, and
 * nothing is put back between them (Migrate in db.go).
 */
export const dbmate: Layout = {
  name: 'dbmate',
  session: 'same',
  detect: (folder) =>
    folder.sqlFiles.slice(0, 1).some((file) => markersOf(folder.text(file)) === dbmateMarkers),
  list(folder) {
    const { up, unread } = numbered.list(folder)
    return { up: [...up].sort(byCharacter), unread }
  },
  upPart: (text) => upSections(text, dbmateMarkers),
}
