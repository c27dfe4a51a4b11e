import type { Node } from 'libpg-query'
import { type Grammar, loadGrammar } from './grammar.ts'
import { isSpace, Lexer, skipBlank } from './lexer.ts'
import { Utf8Offsets } from './offsets.ts'
import type { ParserThread } from './parser-thread.ts'
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

/** A parsed script, as the JSON of the grammar has it. */
export interface ScriptTree {
  readonly stmts?: readonly {
    readonly stmt: Node
    readonly stmt_location?: number
    readonly stmt_len?: number
  }[]
}

/** Texts longer than this are parsed in pieces of whole statements: a tree takes fifty times the memory of its text. */
const pieceLength = 1 << 18
/** What this process parses with: one for all, since the grammar takes long to load and reads one text at a time. */
const parser: { thread: ParserThread | null; grammar: Grammar | null } = { thread: null, grammar: null }

/** Has everything parsed by a thread, from the next `loadParser` on. */
export function parseIn(thread: ParserThread): void {
  parser.thread = thread
}

/** Loads PostgreSQL's grammar (WebAssembly). Must have resolved before anything is parsed. */
export async function loadParser(): Promise<void> {
  await parser.thread?.load()
  parser.grammar ??= parser.thread ?? (await loadGrammar())
}

/** Says which spans are going to be parsed, in this order, so that a thread begins with them. */
export function parseAhead(spans: Iterable<readonly [text: string, span: Span]>): void {
  if (parser.thread === null) return
  const scripts: string[] = []
  for (const [text, span] of spans) {
    for (const { start, end } of pieces(text, span)) scripts.push(text.slice(start, end))
  }
  parser.thread.parseAhead(scripts)
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
  const outcome = loadedGrammar().parse(source)
  if ('error' in outcome) {
    return refusal(text, span, first, outcome.error, Math.max(first, span.start + outcome.at))
  }
  const { stmts = [] } = JSON.parse(outcome.json) as ScriptTree
  const offsets = new Utf8Offsets(source)
  const offsetOf = (location: number | undefined) => span.start + offsets.toUtf16(location ?? 0)
  return stmts.map(({ stmt, stmt_location, stmt_len }) => {
    const start = skipBlank(text, offsetOf(stmt_location), span.end)
    const end =
      stmt_len === undefined
        ? lastTokenEnd(text, { start, end: span.end })
        : offsetOf((stmt_location ?? 0) + stmt_len)
    return { node: stmt, start, end: trimEnd(text, start, end), offsetOf }
  })
}

function loadedGrammar(): Grammar {
  if (parser.grammar === null) throw new Error('loadParser() must have resolved before anything is parsed')
  return parser.grammar
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

/** The parse tree of the PL/pgSQL functions in the text of a CREATE FUNCTION or DO statement, or why PL/pgSQL's own parser refuses it. */
export function parsePlPgSql(statement: string): { readonly tree: unknown } | { readonly error: string } {
  const outcome = loadedGrammar().parsePlPgSql(statement)
  return 'error' in outcome ? outcome : { tree: JSON.parse(outcome.json) }
}
