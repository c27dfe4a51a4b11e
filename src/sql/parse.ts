import { loadModule, type Node, parsePlPgSQLSync, parseSync, SqlError } from 'libpg-query'
import { Utf8Offsets } from './offsets.ts'
import { type Span, skipBlank, splitStatements } from './split.ts'

/** A statement of a script. Offsets are UTF-16 units of the text that was given. */
export interface ParsedStatement extends Span {
  readonly node: Node
  /** The offset of a `location` in the parse tree (which counts bytes from the start of what was parsed). */
  offsetOf(location: number | undefined): number
}

/** A statement that PostgreSQL's grammar refuses. */
export interface RefusedStatement extends Span {
  readonly error: string
  /** Where the grammar stopped. */
  readonly errorAt: number
}

export type ScriptStatement = ParsedStatement | RefusedStatement

/** Loads PostgreSQL's grammar (WebAssembly). Must have resolved before anything is parsed. */
export async function loadParser(): Promise<void> {
  await loadModule()
}

/**
 * The statements of `text` between two offsets, in order. The whole is parsed at once; where PostgreSQL's grammar refuses it,
 * it is split and each statement parsed alone, so that one bad statement costs one statement.
 */
export function parseStatements(
  text: string,
  span: Span = { start: 0, end: text.length },
): ScriptStatement[] {
  const whole = parseSpan(text, span)
  if (Array.isArray(whole)) return whole
  return splitStatements(text, span).flatMap((part): ScriptStatement[] => {
    const parsed = parseSpan(text, part)
    return Array.isArray(parsed) ? parsed : [parsed]
  })
}

function parseSpan(text: string, span: Span): ScriptStatement[] | RefusedStatement {
  const first = skipBlank(text, span.start, span.end)
  if (first >= span.end) return []
  const source = text.slice(span.start, span.end)
  let stmts: { stmt?: Node; stmt_location?: number; stmt_len?: number }[]
  try {
    stmts = parseSync(source).stmts ?? []
  } catch (error) {
    return refusal(error, span, first, source)
  }
  const offsets = new Utf8Offsets(source)
  const offsetOf = (location: number | undefined) => span.start + offsets.toUtf16(location ?? 0)
  return stmts.map(({ stmt, stmt_location, stmt_len }) => {
    const from = offsetOf(stmt_location)
    const end = stmt_len === undefined ? span.end : offsetOf((stmt_location ?? 0) + stmt_len)
    return { node: stmt as Node, start: skipBlank(text, from, end), end, offsetOf }
  })
}

/** Positions in errors count characters (code points), not bytes, from 1; 0 is "none". */
function refusal(error: unknown, span: Span, first: number, source: string): RefusedStatement {
  const place = { start: first, end: span.end }
  if (error instanceof SqlError) {
    const position = (error.sqlDetails?.cursorPosition ?? 0) - 1
    const errorAt = position < 0 ? first : span.start + [...source].slice(0, position).join('').length
    return { ...place, error: error.message, errorAt }
  }
  if (error instanceof Error) return { ...place, error: error.message, errorAt: first }
  throw error
}

/**
 * The parse tree of a PL/pgSQL function, from the text of a CREATE FUNCTION or DO statement.
 * Throws `SqlError` where PL/pgSQL's own parser refuses it.
 */
export function parsePlPgSql(statement: string): unknown {
  return parsePlPgSQLSync(statement)
}
