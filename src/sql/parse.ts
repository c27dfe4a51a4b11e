import { loadModule, type Node, parsePlPgSQLSync, parseSync, SqlError } from 'libpg-query'
import { isSpace, Lexer, skipBlank } from './lexer.ts'
import { nestingBound } from './nesting.ts'
import { Utf8Offsets, utf16OfCharacter } from './offsets.ts'
import { type Span, splitStatements } from './split.ts'

/** A statement of a script. Offsets are UTF-16 units of the text that was given. */
export interface ParsedStatement extends Span {
  readonly node: Node
  /** The offset of a `location` in the parse tree (which counts bytes from the start of what was parsed). */
  offsetOf(location: number | undefined): number
}

/** A statement that PostgreSQL's grammar refuses, or that can't be given to it. */
export interface RefusedStatement extends Span {
  readonly error: string
  /** Where the grammar stopped. */
  readonly errorAt: number
}

export type ScriptStatement = ParsedStatement | RefusedStatement

/** Texts longer than this are parsed in pieces of whole statements: a tree takes fifty times the memory of its text. */
const pieceLength = 1 << 18
/** A single statement longer than this is refused; the parser's memory ends at about twice as much. */
const longestStatement = 16 << 20
/** Trees deeper than this are refused: from a depth of about 4,700 they overrun the parser's stack. */
const deepestTree = 3000

/**
 * Thrown when a statement overran the parser's stack all the same, because hardly any was left where it was called. What the
 * statement held of the parser's own stack is lost for good, and without that it would end in a loop, so that nothing
 * should be parsed any more.
 */
export class ParserOverrun extends Error {
  override readonly name = 'ParserOverrun'
}

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
  return [...eachStatement(text, span)]
}

/** Like `parseStatements`, one piece of a long text at a time, so that a large file never stands in memory as trees. */
export function* eachStatement(
  text: string,
  span: Span = { start: 0, end: text.length },
): Generator<ScriptStatement, void, undefined> {
  for (const piece of pieces(text, span)) {
    const whole = parseSpan(text, piece)
    if (Array.isArray(whole)) yield* whole
    else yield* parseEach(text, piece, whole)
  }
}

function* pieces(text: string, span: Span): Generator<Span> {
  if (span.end - span.start <= pieceLength) {
    yield span
    return
  }
  let start = span.start
  let end = span.start
  for (const part of splitStatements(text, span)) {
    if (part.end - start > pieceLength && end > start) {
      yield { start, end }
      start = end
    }
    end = part.end
  }
  if (end > start) yield { start, end }
}

function* parseEach(text: string, span: Span, refused: RefusedStatement): Generator<ScriptStatement> {
  const parts = splitStatements(text, span)
  if (parts.length === 1) {
    yield refused
    return
  }
  for (const part of parts) {
    const parsed = parseSpan(text, part)
    if (Array.isArray(parsed)) yield* parsed
    else yield parsed
  }
}

function parseSpan(text: string, span: Span): ScriptStatement[] | RefusedStatement {
  const first = skipBlank(text, span.start, span.end)
  const source = text.slice(span.start, span.end)
  if (first >= span.end && !source.includes('/*')) return []
  const hindrance = whyNotParsed(source)
  if (hindrance !== null) return refusal(text, span, first, hindrance.error, span.start + hindrance.at)
  let stmts: { stmt?: Node; stmt_location?: number; stmt_len?: number }[]
  try {
    stmts = parseSync(source).stmts ?? []
  } catch (error) {
    if (error instanceof SqlError) {
      const position = error.sqlDetails?.cursorPosition ?? 0
      const errorAt = Math.max(first, span.start + utf16OfCharacter(source, position))
      return refusal(text, span, first, error.message, errorAt)
    }
    return refusal(text, span, first, failureOf(error), first)
  }
  const offsets = new Utf8Offsets(source)
  const offsetOf = (location: number | undefined) => span.start + offsets.toUtf16(location ?? 0)
  return stmts.map(({ stmt, stmt_location, stmt_len }) => {
    const start = skipBlank(text, offsetOf(stmt_location), span.end)
    const end =
      stmt_len === undefined
        ? lastTokenEnd(text, { start, end: span.end })
        : offsetOf((stmt_location ?? 0) + stmt_len)
    return { node: stmt as Node, start, end: trimEnd(text, start, end), offsetOf }
  })
}

/** What keeps a text from the parser: it would read it wrongly, or not survive it. */
function whyNotParsed(source: string): { error: string; at: number } | null {
  const nul = source.indexOf('\0')
  if (nul >= 0) return { error: 'a NUL character, which no SQL can contain', at: nul }
  if (source.length > longestStatement) {
    return { error: `a statement of ${source.length >> 20} MB is too long to be parsed`, at: 0 }
  }
  if (source.length > deepestTree && nestingBound(source, { start: 0, end: source.length }) > deepestTree) {
    return { error: 'nested too deeply to be parsed', at: 0 }
  }
  return null
}

/** The parser ends like a process when its memory is used up, and says so to the process that it runs in. */
function failureOf(error: unknown): string {
  if (error instanceof RangeError) {
    throw new ParserOverrun('nested so deeply that the parser ran out of stack', { cause: error })
  }
  if (error instanceof Error) return error.message
  if (typeof error === 'object' && error !== null && 'status' in error) {
    if (process.exitCode === error.status) process.exitCode = undefined
    return "the parser's memory is used up"
  }
  throw error
}

function refusal(text: string, span: Span, first: number, error: string, errorAt: number): RefusedStatement {
  const end = text.charCodeAt(span.end - 1) === 59 ? span.end - 1 : span.end
  return { start: first, end: trimEnd(text, first, end), error, errorAt }
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && isSpace(text.charCodeAt(at - 1))) at--
  return at
}

function lastTokenEnd(text: string, span: Span): number {
  const lexer = new Lexer(text, span)
  let end = span.start
  while (lexer.next()) if (lexer.kind !== 'blank') end = lexer.at
  return end
}

/**
 * The parse tree of a PL/pgSQL function, from the text of a CREATE FUNCTION or DO statement.
 * Throws `SqlError` where PL/pgSQL's own parser refuses it.
 */
export function parsePlPgSql(statement: string): unknown {
  return parsePlPgSQLSync(statement)
}
