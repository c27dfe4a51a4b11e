import type { DefElem } from 'libpg-query'
import { blockOf, doStatement } from '../../sql/do-block.ts'
import { skipBlank } from '../../sql/lexer.ts'
import type { Handlers, StatementContext } from '../context.ts'
import type { PlaceOf } from '../dynamic/frame.ts'
import { readSteps } from '../dynamic/read-steps.ts'
import { runCode } from '../dynamic/run.ts'

/** DO: what its code does as far as that can be computed counts as if it stood in the file; the rest is unmodelled. */
export const doBlockStatements = {
  DoStmt(statement, context) {
    const { language, isPlPgSql, body, code } = blockOf(statement)
    if (!isPlPgSql) return context.unmodelled(`DO in ${language}`, null)
    const read = readSteps(doStatement(body), body)
    if ('error' in read) return context.unmodelled(`PL/pgSQL that can't be read: ${read.error}`, null)
    runCode(context, read.steps, placesIn(context, code))
  },
} satisfies Partial<Handlers>

/** Finds the SQL of a block in the file: from the line that PL/pgSQL gives on, as it is written there. */
function placesIn(context: StatementContext, code: DefElem | undefined): PlaceOf {
  const { source, text, isSubstituted } = context
  if (isSubstituted) return (sql) => ({ source, text: sql, isSubstituted, offsetOf: () => source.start })
  const literal = context.sourceAt(code?.location).start - source.start
  return (sql, line) => {
    const from = lineStart(text, literal, line)
    const written = sql.startsWith('SELECT ') && !text.includes(sql, from) ? sql.slice(7) : sql
    const found = written === '' ? -1 : text.indexOf(written, from)
    const at = found < 0 ? skipBlank(text, from) : found
    const lineEnd = text.indexOf('\n', at)
    const end = found >= 0 ? at + written.length : lineEnd < 0 ? text.length : lineEnd
    const start = source.start + at
    const shift = start - (sql.length - written.length)
    return {
      source: { file: source.file, start, end: source.start + end },
      text: sql === '' ? text.slice(at, end) : sql,
      offsetOf: (location) => (found < 0 ? start : Math.max(start, shift + utf16(sql, location ?? 0))),
    }
  }
}

/** The offset where a line of the body starts; the first goes on from the quote. */
function lineStart(text: string, literal: number, line: number): number {
  let at = literal
  for (let passed = 1; passed < line; passed++) {
    const next = text.indexOf('\n', at)
    if (next < 0) return at
    at = next + 1
  }
  return at
}

function utf16(sql: string, byteOffset: number): number {
  return Buffer.from(sql).subarray(0, byteOffset).toString().length
}
