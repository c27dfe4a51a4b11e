import type { PgQuery } from 'libpg-query/wasm/libpg-query.js'
import { nestingBound } from './nesting.ts'
import { utf16OfCharacter } from './offsets.ts'

/** A single statement longer than this is refused; the parser's memory ends at about twice as much. */
const longestStatement = 16 << 20
/** Trees deeper than this are refused: from a depth of about 4,700 they overrun the parser's stack. */
const deepestTree = 3000

/** A parse tree as JSON, or why there is none. */
export type Outcome =
  | { readonly json: string }
  /** `at`: where the grammar stopped, in UTF-16 units. */
  | { readonly error: string; readonly at: number }

/** PostgreSQL's grammar. Whoever implements it reads texts one at a time, and says so (`ParserOverrun`) when it can't go on. */
export interface Grammar {
  /** The statements of a script. */
  parse(script: string): Outcome
  /** The PL/pgSQL functions of a CREATE FUNCTION or DO statement. */
  parsePlPgSql(statement: string): Outcome
}

/**
 * Thrown when a statement overran the parser's stack all the same, because hardly any was left where it was called. What the
 * statement held of the parser's own stack is lost for good, and without that it would end in a loop, so that nothing
 * should be parsed any more.
 */
export class ParserOverrun extends Error {
  override readonly name = 'ParserOverrun'
}

/** Loads PostgreSQL's grammar (WebAssembly) into this thread. */
export async function loadGrammar(): Promise<Grammar> {
  const { default: load } = await import('libpg-query/wasm/libpg-query.js')
  return new LoadedGrammar(await load())
}

class LoadedGrammar implements Grammar {
  readonly #module: PgQuery

  constructor(module: PgQuery) {
    this.#module = module
  }

  parse(script: string): Outcome {
    const { getValue, UTF8ToString } = this.#module
    const hindrance = whyNotParsed(script)
    if (hindrance !== null) return hindrance
    return this.#on(script, (text) => {
      const result = this.#module._wasm_parse_query_raw(text)
      if (result === 0) return { error: "the parser's memory is used up", at: 0 }
      try {
        const error = getValue(result + 8, 'i32')
        if (error === 0) return { json: UTF8ToString(getValue(result, 'i32')) }
        const position = Math.max(0, getValue(error + 16, 'i32') - 1)
        return { error: UTF8ToString(getValue(error, 'i32')), at: utf16OfCharacter(script, position) }
      } finally {
        this.#module._wasm_free_parse_result(result)
      }
    })
  }

  parsePlPgSql(statement: string): Outcome {
    return this.#on(statement, (text) => {
      const result = this.#module._wasm_parse_plpgsql(text)
      try {
        const answer = this.#module.UTF8ToString(result)
        return answer.startsWith('{') ? { json: answer } : { error: answer, at: 0 }
      } finally {
        this.#module._wasm_free_string(result)
      }
    })
  }

  /** Has `parse` read a text in the memory of the grammar. */
  #on(text: string, parse: (pointer: number) => Outcome): Outcome {
    try {
      const bytes = this.#module.lengthBytesUTF8(text) + 1
      const pointer = this.#module._malloc(bytes)
      try {
        this.#module.stringToUTF8(text, pointer, bytes)
        return parse(pointer)
      } finally {
        this.#module._free(pointer)
      }
    } catch (error) {
      return { error: failureOf(error), at: 0 }
    }
  }
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
