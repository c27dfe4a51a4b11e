import type { Layout } from './layout.ts'
import { byCharacter } from './natural-order.ts'
import { numbered } from './numbered.ts'
import { dbmateMarkers, markersOf, upSections } from './sections.ts'

/**
 * `-- migrate:up` and `-- migrate:down` in one file, files by name (amacneil/dbmate). Each runs on the same pool of connections
 * and nothing is cleared between them.
 */
export const dbmate: Layout = {
  name: 'dbmate',
  freshSession: false,
  detect: (folder) =>
    folder.sqlFiles.slice(0, 1).some((file) => markersOf(folder.text(file)) === dbmateMarkers),
  list(folder) {
    const { up, unread } = numbered.list(folder)
    return { up: [...up].sort(byCharacter), unread }
  },
  upPart: (text) => upSections(text, dbmateMarkers),
}
