import { skipBlank } from '../../sql/lexer.ts'
import { type Span, splitStatements } from '../../sql/split.ts'
import { isCode } from './code.ts'
import type { FilePart, Layout } from './layout.ts'
import { byNumber } from './natural-order.ts'
import { nextName, stemOf } from './next-migration.ts'
import { gooseAnnotation, gooseMarkers, linesWith, markersOf, upSections } from './sections.ts'
import { statementsMarked } from './statement-marks.ts'

const versioned = /^\d+_.*\.sql$/

/**
 * `<version>_name.sql` with `-- +goose Up` and `-- +goose Down`, and `<version>_name.go`, by version (pressly/goose). StatementBegin,
 * StatementEnd and NO TRANSACTION do not change what the statements do; ENVSUB ON puts environment variables into them. goose runs all on one connection and puts nothing back (provider_run.go, initialize).
 */
export const goose: Layout = {
  name: 'goose',
  session: 'same',
  transaction: 'around',
  detect(folder) {
    const first = folder.sqlFiles.find((file) => versioned.test(file))
    return first !== undefined && markersOf(folder.text(first)) === gooseMarkers
  },
  list(folder) {
    const up = folder.files.filter((file) => versioned.test(file) || isCode(file, 'go'))
    up.sort((a, b) => byNumber(versionOf(a), versionOf(b)))
    const unread = folder.unread(up, (file) =>
      file.includes('/')
        ? 'stands in a subfolder, which goose does not look into'
        : 'has no version in its name, so goose passes it over',
    )
    return { up, unread }
  },
  transactionOf: (folder, file) => (isOutsideTransaction(folder.text(file)) ? 'none' : undefined),
  upPart: (text) => upSections(text, gooseMarkers).flatMap((part) => filledIn(text, part)),
  next(folder, draft) {
    const names = goose.list(folder).up.map((file) => stemOf(stemOf(file), '.go'))
    const name = nextName(['20000101000000_first', ...names], draft)
    const text = `-- +goose Up\n${marked(draft.up)}\n-- +goose Down\n${marked(draft.down)}`
    return [{ file: `${name}.sql`, text }]
  },
}

function isOutsideTransaction(text: string): boolean {
  return linesWith(text, gooseMarkers.sign).some(
    ({ start, end }) => gooseAnnotation(text.slice(start, end)) === 'no transaction',
  )
}

/** The statements into which goose puts environment variables can't be read; a dollar sign is enough to tell. */
function filledIn(text: string, part: FilePart): FilePart[] {
  if (part.kind !== 'sql') return [part]
  const parts: FilePart[] = []
  let from = part.start
  for (const filled of envsubSpans(text, part)) {
    for (const statement of splitStatements(text, filled)) {
      const start = skipBlank(text, statement.start, statement.end)
      if (!text.slice(start, statement.end).includes('$')) continue
      parts.push({ kind: 'sql', start: from, end: start })
      const reason = 'goose puts environment variables into the statement (ENVSUB ON)'
      parts.push({ kind: 'unreadable', start, end: statement.end, reason })
      from = statement.end
    }
  }
  return [...parts, { kind: 'sql', start: from, end: part.end }]
}

/** What stands between ENVSUB ON and ENVSUB OFF, or the end. */
function envsubSpans(text: string, { start, end }: Span): Span[] {
  const spans: Span[] = []
  let on: number | null = null
  for (const line of linesWith(text, gooseMarkers.sign)) {
    if (line.start >= end) break
    const annotation = gooseAnnotation(text.slice(line.start, line.end))
    if (annotation === 'envsub on') on ??= Math.max(start, line.end)
    else if (annotation === 'envsub off' && on !== null) {
      if (line.start > start) spans.push({ start: on, end: line.start })
      on = null
    }
  }
  return on === null ? spans : [...spans, { start: on, end }]
}

/** With marks around the statements that hold semicolons, for goose ends a statement at the first one. */
function marked(sql: string): string {
  return statementsMarked(sql, '-- +goose StatementBegin', '-- +goose StatementEnd')
}

function versionOf(file: string): string {
  return /^\d+/.exec(file)?.[0] ?? ''
}
