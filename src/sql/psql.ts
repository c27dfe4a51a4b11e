import { Lexer, lineEnd, skipBlank } from './lexer.ts'
import {
  isHarmless,
  isInclusion,
  type PsqlCommand,
  readCommand,
  reasonFor,
  sendsStatement,
  substitutionOf,
  variableAt,
} from './psql-command.ts'
import { PsqlConditions } from './psql-conditions.ts'
import { PsqlVariables } from './psql-variables.ts'
import { type Span, StatementTracker } from './split.ts'
import { standIn, valueStandIn } from './stand-in.ts'

export type PsqlPart =
  /** SQL as it stands. */
  | ({ readonly kind: 'sql' } & Span)
  /** SQL with the values of variables put in, in the place of the span. */
  | ({ readonly kind: 'substituted'; readonly sql: string } & Span)
  /** `\i` or (`relative` to the file that says so) `\ir`. */
  | ({ readonly kind: 'include'; readonly path: string; readonly relative: boolean } & Span)
  | Unreadable

/** `partial`: the SQL with stand-ins for the variables that are not set, if that is all that is wrong with it. */
type Unreadable = { readonly kind: 'unreadable'; readonly reason: string; readonly partial?: string } & Span

/**
 * Reads a script as psql does. Meta-commands count where psql sees them, outside of strings, comments and dollar quotes;
 * COPY data is passed over. `variables` is what is set at the start and changes as the script is read: an included
 * file must be read with it before the next part is asked for. `given`: what stands in for a value that only a shell
 * can tell (backticks). `onBlank` is told where white space and comments stand that psql reads.
 */
export function readPsql(
  text: string,
  span: Span,
  variables: Map<string, string>,
  given: Readonly<Record<string, string>> = {},
  onBlank: (blank: Span) => void = () => {},
): Generator<PsqlPart, void, undefined> {
  return new PsqlScript(text, span, new PsqlVariables(variables, given), onBlank).parts()
}

interface Edit extends Span {
  readonly by: string
}

class PsqlScript {
  readonly #text: string
  readonly #variables: PsqlVariables
  readonly #lexer: Lexer
  readonly #tracker = new StatementTracker()
  /** Where the SQL that was not handed out yet starts, and the statement that is open in it. */
  #from: number
  #statement: number
  #edits: Edit[] = []
  #unset: string | null = null
  #brackets = 0
  #word = ''
  #copiesData = false
  readonly #conditions = new PsqlConditions()
  readonly #onBlank: (blank: Span) => void

  constructor(text: string, span: Span, variables: PsqlVariables, onBlank: (blank: Span) => void) {
    this.#text = text
    this.#onBlank = onBlank
    this.#variables = variables
    this.#lexer = new Lexer(text, span)
    this.#from = span.start
    this.#statement = span.start
  }

  *parts(): Generator<PsqlPart, void, undefined> {
    const lexer = this.#lexer
    while (lexer.next()) {
      if (lexer.kind === 'blank') {
        if (this.#live) this.#onBlank({ start: lexer.start, end: lexer.at })
      } else if (lexer.isSign(92)) yield* this.#backslash()
      else if (!this.#live) continue
      else if (lexer.isSign(58)) this.#colon()
      else if (this.#endsStatement()) {
        const data = this.#copiesData
        yield* this.#endStatement(lexer.at)
        if (data) yield* this.#skipData()
      }
    }
    if (this.#live) {
      yield* this.#endStatement(lexer.end)
      yield* this.#flush(lexer.end)
    }
    const { open } = this.#conditions
    if (open !== null) yield this.#unreadable(open, lexer.end, '\\if without \\endif')
  }

  get #live(): boolean {
    return this.#conditions.live === true
  }

  #endsStatement(): boolean {
    const lexer = this.#lexer
    if (lexer.isSign(91)) this.#brackets++
    else if (lexer.isSign(93)) this.#brackets--
    else if (lexer.kind === 'word' && this.#tracker.firstWord === 'copy') {
      const word = lexer.keyword
      if (this.#word === 'from' && word === 'stdin') this.#copiesData = true
      this.#word = word
    }
    return this.#tracker.ends(lexer)
  }

  /** A colon outside of strings: a cast, an assignment, the bounds of a slice, or a variable. */
  #colon(): void {
    const lexer = this.#lexer
    const next = this.#text[lexer.at]
    if (next === ':' || next === '=') {
      lexer.at++
      return
    }
    const reference = variableAt(this.#text, lexer.start, lexer.end)
    if (reference === null) return
    const by = substitutionOf(reference, this.#variables.values)
    if (by === undefined && this.#brackets > 0) return
    if (by === undefined) this.#unset ??= reference.name
    const stands = reference.form === 'literal' ? valueStandIn : standIn
    this.#edits.push({ start: lexer.start, end: reference.end, by: by ?? stands })
    this.#tracker.begun = true
    lexer.at = reference.end
  }

  /** The statement ends at `end`: it is handed out alone if it does not stand as it is. */
  *#endStatement(end: number): Generator<PsqlPart> {
    const start = this.#statement
    if (this.#unset !== null) {
      yield* this.#before(start)
      const reason = `the psql variable "${this.#unset}" is not set here`
      yield { ...this.#unreadable(start, end, reason), partial: this.#edited(start, end) }
      this.#from = end
    } else if (this.#edits.length > 0) {
      yield* this.#before(start)
      yield { kind: 'substituted', ...this.#trimmed(start, end), sql: this.#edited(start, end) }
      this.#from = end
    }
    this.#forget(end)
  }

  #edited(start: number, end: number): string {
    let sql = ''
    let at = start
    for (const edit of this.#edits) {
      sql += this.#text.slice(at, edit.start) + edit.by
      at = edit.end
    }
    return sql + this.#text.slice(at, end)
  }

  /** The next statement starts at `at`. */
  #forget(at: number): void {
    this.#statement = at
    this.#edits = []
    this.#unset = null
    this.#brackets = 0
    this.#word = ''
    this.#copiesData = false
    this.#tracker.reset()
  }

  /** The SQL before `at` that was not handed out. */
  *#before(at: number): Generator<PsqlPart> {
    if (skipBlank(this.#text, this.#from, at) < at) yield { kind: 'sql', start: this.#from, end: at }
    this.#from = at
  }

  *#flush(at: number): Generator<PsqlPart> {
    yield* this.#before(at)
    this.#forget(at)
  }

  #unreadable(start: number, end: number, reason: string): Unreadable {
    return { kind: 'unreadable', ...this.#trimmed(start, end), reason }
  }

  #trimmed(start: number, end: number): Span {
    return { start: skipBlank(this.#text, start, end), end }
  }

  /** After COPY ... FROM stdin come lines of data up to a line that holds `\.` alone. */
  *#skipData(): Generator<PsqlPart> {
    const lexer = this.#lexer
    const text = this.#text
    yield* this.#flush(lexer.at)
    const from = lineEnd(text, lexer.at, lexer.end)
    let at = from
    for (;;) {
      at = text.indexOf('\n\\.', at)
      if (at < 0 || at + 3 > lexer.end) break
      const after = text[at + 3]
      if (at + 3 >= lexer.end || after === '\n' || after === '\r') {
        lexer.at = at + 3
        this.#from = lexer.at
        this.#forget(lexer.at)
        return
      }
      at++
    }
    yield this.#unreadable(from, lexer.end, 'COPY data that does not end with \\.')
    lexer.at = lexer.end
    this.#from = lexer.end
    this.#forget(lexer.end)
  }

  *#backslash(): Generator<PsqlPart> {
    const lexer = this.#lexer
    const escaped = this.#text[lexer.at]
    if (escaped === ';' || escaped === ':') {
      lexer.at++
      if (this.#live) this.#edits.push({ start: lexer.start, end: lexer.at, by: escaped })
      return
    }
    const command = readCommand(this.#text, lexer.start, lexer.end, this.#variables.values)
    lexer.at = Math.max(command.end, lexer.at)
    if (yield* this.#conditional(command)) return
    if (this.#live) yield* this.#command(command)
    else if (this.#conditions.live === null) this.#variables.applyPerhaps(command)
  }

  *#command(command: PsqlCommand): Generator<PsqlPart> {
    const { name, start, end } = command
    if (sendsStatement(name)) yield* this.#send(command)
    else if (name === 'q' || name === 'quit') {
      yield* this.#before(this.#statement)
      this.#lexer.at = this.#lexer.end
      this.#from = this.#lexer.end
      this.#forget(this.#lexer.end)
    } else if (name === 'r' || name === 'reset') {
      yield* this.#before(this.#statement)
      this.#restart(end)
    } else if (name === 'set' || name === 'unset' || isHarmless(name)) {
      this.#variables.apply(command)
      if (this.#tracker.begun) this.#edits.push({ start, end, by: ' ' })
      else {
        yield* this.#before(start)
        this.#restart(end)
      }
    } else if (this.#tracker.begun) {
      yield* this.#before(this.#statement)
      yield this.#unreadable(this.#statement, end, `\\${name} in the middle of a statement`)
      this.#restart(end)
    } else {
      yield* this.#before(start)
      yield inclusionOf(command) ?? this.#unreadable(start, end, reasonFor(command))
      this.#variables.apply(command)
      this.#restart(end)
    }
  }

  #restart(at: number): void {
    this.#from = at
    this.#forget(at)
  }

  /** `\g` and its kin end a statement as a semicolon does. */
  *#send(command: PsqlCommand): Generator<PsqlPart> {
    const { name, start, end } = command
    if (name === 'gexec') {
      yield* this.#before(this.#statement)
      yield this.#unreadable(this.#statement, end, '\\gexec runs SQL that a query computes')
    } else {
      yield* this.#endStatement(start)
      yield* this.#before(start)
    }
    this.#variables.apply(command)
    this.#restart(end)
  }

  /** True if the command was one of `\if`, `\elif`, `\else`, `\endif`. */
  *#conditional(command: PsqlCommand): Generator<PsqlPart, boolean> {
    const { start, end } = command
    const wasLive = this.#live
    const undecided = this.#conditions.apply(command)
    if (undecided === false) return false
    if (wasLive) yield* this.#before(start)
    if (typeof undecided === 'number') {
      yield this.#unreadable(undecided, end, '\\if on a condition that only psql can decide')
    }
    if (this.#live) this.#restart(end)
    return true
  }
}

function inclusionOf({ name, arguments: [path], start, end }: PsqlCommand): PsqlPart | null {
  if (!isInclusion(name) || typeof path !== 'string' || path === '') return null
  return { kind: 'include', path, relative: name === 'ir' || name === 'include_relative', start, end }
}
