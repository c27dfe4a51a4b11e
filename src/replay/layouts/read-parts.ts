import { existsSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import { mentionsRingfence } from '../../findings/suppression.ts'
import { type Comment, commentsInBlank, commentsOf } from '../../sql/comments.ts'
import { Lexer, skipBlank } from '../../sql/lexer.ts'
import { readPsql } from '../../sql/psql.ts'
import { mayHoldPsql } from '../../sql/psql-command.ts'
import { type Span, splitStatements } from '../../sql/split.ts'
import type { Migration, MigrationPart } from '../migration.ts'
import { codePart } from './code.ts'
import { kysely, mentionsKysely } from './kysely.ts'
import type { FilePart, Layout } from './layout.ts'
import { type Placeholder, placeholdersIn } from './placeholders.ts'
import { readText } from './read-text.ts'
import { markersOf, upSections } from './sections.ts'

/** What the files of one input are read with. */
export interface Reading {
  readonly cwd: string
  readonly layout: Layout
  /** Values of psql variables and of the tool's placeholders. */
  readonly variables: Readonly<Record<string, string>>
  /** Is told where an included file may stand, before it is looked for. */
  readonly beforeInclude?: ((candidates: readonly string[]) => void) | undefined
}

/** Reads a file into a migration. `path` is absolute. */
export function readMigration(path: string, text: string, reading: Reading): Migration {
  const variables = new Map(Object.entries(reading.variables))
  return new FileReader(reading, variables, [path]).migration(path, text)
}

/** As it is shown: relative to the working directory, with `/`. */
export function shownPath(cwd: string, path: string): string {
  const shown = relative(cwd, path).split(sep).join('/')
  return shown === '' ? '.' : shown
}

const breakpoint = '--> statement-breakpoint'

class FileReader {
  readonly #reading: Reading
  readonly #variables: Map<string, string>
  /** The file, and those that include it. */
  readonly #open: readonly string[]
  readonly #comments: Comment[] = []
  #mayAccept = false

  constructor(reading: Reading, variables: Map<string, string>, open: readonly string[]) {
    this.#reading = reading
    this.#variables = variables
    this.#open = open
  }

  migration(path: string, text: string): Migration {
    const { cwd, layout } = this.#reading
    const file = shownPath(cwd, path)
    const parts: MigrationPart[] = []
    const upParts = this.#upPart(text, file)
    this.#mayAccept = mentionsRingfence(text)
    if (this.#mayAccept) this.#comments.push(...commentsAhead(text, upParts))
    for (const part of upParts) {
      if (part.kind === 'unreadable') parts.push(part)
      else for (const span of betweenBreakpoints(text, part)) this.#read(path, text, span, parts)
    }
    const isKysely = codePart(text, file) !== null && (layout === kysely || mentionsKysely(text))
    return {
      file,
      text,
      parts,
      session: layout.session,
      ...(this.#comments.length > 0 ? { comments: this.#comments } : {}),
      ...(isKysely ? { isKysely } : {}),
    }
  }

  #upPart(text: string, file: string): readonly FilePart[] {
    const { layout } = this.#reading
    const code = codePart(text, file)
    if (code !== null && this.#open.length === 1) return code
    if (layout.upPart !== undefined && this.#open.length === 1) return layout.upPart(text)
    const markers = markersOf(text)
    return markers === null ? [{ kind: 'sql', start: 0, end: text.length }] : upSections(text, markers)
  }

  #read(path: string, text: string, span: Span, parts: MigrationPart[]): void {
    const placeholders = placeholdersIn(text, span, this.#reading.layout.placeholders)
    const isFilled = placeholders.length > 0 && isTemplate(text, span, placeholders)
    if (!isFilled && mayHoldPsql(text, span)) {
      this.#readPsql(path, text, span, parts)
      return
    }
    if (isFilled) parts.push(...this.#filled(text, span, placeholders))
    else parts.push({ kind: 'sql', start: span.start, end: span.end })
    if (this.#mayAccept) this.#comments.push(...commentsOf(text, span))
  }

  /** The statements of a template: those without placeholders as they stand, the others with the values that are known. */
  #filled(text: string, span: Span, placeholders: readonly Placeholder[]): MigrationPart[] {
    const parts: MigrationPart[] = []
    let from = span.start
    for (const statement of splitStatements(text, span)) {
      const own = placeholders.filter(({ start }) => start >= statement.start && start < statement.end)
      if (own.length === 0) continue
      if (from < statement.start) parts.push({ kind: 'sql', start: from, end: statement.start })
      parts.push(fill(text, statement, own, this.#variables))
      from = statement.end
    }
    if (from < span.end) parts.push({ kind: 'sql', start: from, end: span.end })
    return parts
  }

  #readPsql(path: string, text: string, span: Span, parts: MigrationPart[]): void {
    const onBlank = (blank: Span) => {
      if (this.#mayAccept) this.#comments.push(...commentsInBlank(text, blank))
    }
    for (const part of readPsql(text, span, this.#variables, this.#reading.variables, onBlank)) {
      if (part.kind !== 'include') parts.push(part)
      else {
        const migration = this.#included(path, text, part)
        parts.push({ kind: 'include', start: part.start, end: part.end, migration })
      }
    }
  }

  /** `\ir` looks beside the file; `\i` where psql was started, which is taken to be the working directory, else beside the file. */
  #included(
    path: string,
    text: string,
    { path: named, relative: beside, start }: { path: string; relative: boolean; start: number },
  ): Migration {
    const { cwd, beforeInclude } = this.#reading
    const folders = isAbsolute(named) || beside ? [dirname(path)] : [cwd, dirname(path)]
    const candidates = folders.map((folder) => resolve(folder, named))
    beforeInclude?.(candidates)
    const target = candidates.find((candidate) => existsSync(candidate))
    const place = { file: shownPath(cwd, path), line: lineOf(text, start) }
    if (target === undefined) throw new InputError(`includes ${named}, which is not there`, place)
    if (this.#open.includes(target)) throw new InputError(`includes ${named}, which includes it`, place)
    const reader = new FileReader(this.#reading, this.#variables, [...this.#open, target])
    return reader.migration(target, readText(target, shownPath(cwd, target)))
  }
}

/** The comments of a file that stand before its first part, where nothing else does: above the marker of the up part. */
function commentsAhead(text: string, [first]: readonly FilePart[]): Iterable<Comment> {
  const end = first?.start ?? 0
  return skipBlank(text, 0, end) < end ? [] : commentsInBlank(text, { start: 0, end })
}

/** drizzle cuts the text at its breakpoints before PostgreSQL sees it, so that they need no semicolon. */
function betweenBreakpoints(text: string, { start, end }: Span): Span[] {
  const spans: Span[] = []
  let from = start
  for (let at = text.indexOf(breakpoint, start); at >= 0 && at < end; at = text.indexOf(breakpoint, from)) {
    spans.push({ start: from, end: at })
    from = at + breakpoint.length
  }
  spans.push({ start: from, end })
  return spans
}

/** Whether a placeholder stands where SQL can have none; in strings alone it may well be meant as it stands. */
function isTemplate(text: string, span: Span, placeholders: readonly Placeholder[]): boolean {
  const starts = new Set(placeholders.map(({ start }) => start))
  const lexer = new Lexer(text, span)
  while (lexer.next()) if (lexer.kind === 'sign' && starts.has(lexer.start)) return true
  return placeholders.some(
    ({ name, start }) => name !== null && (text[start] === ':' || text.startsWith('{{ index .', start)),
  )
}

function fill(
  text: string,
  statement: Span,
  placeholders: readonly Placeholder[],
  variables: ReadonlyMap<string, string>,
): MigrationPart {
  let sql = ''
  let at = statement.start
  for (const placeholder of placeholders) {
    const value = placeholder.name === null ? undefined : variables.get(placeholder.name)
    if (value === undefined) {
      const written = text.slice(placeholder.start, placeholder.end)
      const remedy = placeholder.name === null ? '' : `; give "${placeholder.name}" in "variables"`
      return {
        kind: 'unreadable',
        ...statement,
        reason: `${written} is put in by the migration tool${remedy}`,
        ...(placeholder.name === null ? {} : { variable: placeholder.name }),
      }
    }
    sql += text.slice(at, placeholder.start) + value
    at = placeholder.end
  }
  return { kind: 'substituted', ...statement, sql: sql + text.slice(at, statement.end) }
}

function lineOf(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++
  return line
}
