import type { Layout } from './layout.ts'
import { byNumber } from './natural-order.ts'
import { gooseMarkers, markersOf, upSections } from './sections.ts'

/**
 * `<version>_name.sql` with `-- +goose Up` and `-- +goose Down`, by version (pressly/goose). StatementBegin, StatementEnd and NO
 * TRANSACTION do not change what the statements do. A migration in Go moves the schema as code does, so that its file stands
 * in the history as something that can't be read. goose runs all on one connection and puts nothing back (provider_run.go, initialize).
 */
export const goose: Layout = {
  name: 'goose',
  session: 'same',
  placeholders: 'dollar-brace',
  detect: (folder) =>
    folder.sqlFiles.slice(0, 1).some((file) => markersOf(folder.text(file)) === gooseMarkers),
  list(folder) {
    const up = folder.files.filter((file) => /^\d+_.*\.(?:sql|go)$/.test(file) && !file.endsWith('_test.go'))
    up.sort((a, b) => byNumber(versionOf(a), versionOf(b)))
    const unread = folder.unread(up, (file) =>
      file.includes('/')
        ? 'stands in a subfolder, which goose does not look into'
        : 'has no version in its name, so goose passes it over',
    )
    return { up, unread }
  },
  upPart(text, file) {
    if (!file.endsWith('.go')) return upSections(text, gooseMarkers)
    return [{ kind: 'unreadable', start: 0, end: text.length, reason: 'a migration in Go, which goose runs' }]
  },
}

function versionOf(file: string): string {
  return /^\d+/.exec(file)?.[0] ?? ''
}
