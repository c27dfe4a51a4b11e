import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'
import { nextName, stemOf } from './next-migration.ts'
import { dependsOn } from './project-manifest.ts'
import { markersOf, nodePgMigrateMarkers, upSections } from './sections.ts'

const named = /^\d+.*\.(?:sql|[cm]?js|[cm]?ts)$/i

/**
 * `<timestamp>_name.sql` with `-- Up Migration` and `-- Down Migration`, or `.up.sql` beside `.down.sql`, and programs beside them, by the
 * number that the name begins with; 17 digits are a date, others a number of milliseconds or a count (salsita/node-pg-migrate,
 * src/utils/comparators.ts). All pending ones run in one transaction on one connection, and nothing is put back between them (src/runner.ts).
 */
export const nodePgMigrate: Layout = {
  name: 'node-pg-migrate',
  session: 'same',
  transaction: 'history',
  detect(folder) {
    const first = folder.sqlFiles.find((file) => named.test(file))
    if (first === undefined) return false
    const markers = markersOf(folder.text(first))
    return markers === null ? isOfProject(folder) : markers === nodePgMigrateMarkers
  },
  list(folder) {
    const up = folder.files.filter((file) => isMigration(file)).sort(inOrder)
    const unread = folder.unread(up, (file) => {
      if (file.includes('/')) return 'stands in a subfolder, which node-pg-migrate does not look into'
      return isDown(file) ? 'is a down part' : 'has no number at the beginning of its name'
    })
    return { up, unread }
  },
  upPart: (text) => upSections(text, nodePgMigrateMarkers),
  next(folder, draft) {
    const { up } = nodePgMigrate.list(folder)
    const names = up.map((file) => stemOf(file.replace(/\.\w+$/, ''), '.up'))
    const name = nextName(['1000000000000_first', ...names], draft)
    const isPaired = up.findLast((file) => /\.sql$/i.test(file))?.endsWith('.up.sql') === true
    if (!isPaired) {
      return [{ file: `${name}.sql`, text: `-- Up Migration\n${draft.up}\n-- Down Migration\n${draft.down}` }]
    }
    return [
      { file: `${name}.up.sql`, text: draft.up },
      { file: `${name}.down.sql`, text: draft.down },
    ]
  },
}

/** Of several tools that a project has, one that marks its files otherwise is none of them. */
function isOfProject(folder: Folder): boolean {
  return dependsOn(folder, 'package.json', 'node-pg-migrate')
}

function isMigration(file: string): boolean {
  return named.test(file) && !isDown(file) && !/\.(?:d|test|spec)\.\w+$/.test(file)
}

function isDown(file: string): boolean {
  return /\.down\.sql$/i.test(file)
}

function inOrder(a: string, b: string): number {
  return timeOf(a) - timeOf(b) || a.localeCompare(b, 'en', { numeric: true, ignorePunctuation: true })
}

function timeOf(file: string): number {
  const digits = /^\d+/.exec(file)?.[0] ?? ''
  if (digits.length !== 17) return Number(digits)
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', rest = ''] =
    /^(.{4})(..)(..)(..)(..)(..)(...)$/.exec(digits) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${rest}Z`)
}
