import { InputError } from '../../findings/input-error.ts'
import { LineIndex } from '../../findings/position.ts'
import { utf16OfCharacter } from '../../sql/offsets.ts'
import type { FileStatement } from './statements-of.ts'

/** What a driver's error tells beside its message, where the server sent it. */
interface ServerError extends Error {
  readonly code?: string
  readonly detail?: string
  readonly hint?: string
  /** Counts characters of the statement from 1. */
  readonly position?: string
}

/** A failed statement with the place that the server means, else the statement's own. `left`: what is left of the file. */
export function failureOf(statement: FileStatement, cause: unknown, left: string | null): InputError {
  if (!(cause instanceof Error)) throw cause
  const { code, detail, hint, position } = cause as ServerError
  const text = joined([cause.message, detail], ': ')
  const ownHint = cause instanceof InputError ? cause.hint : hint
  return new InputError(code === undefined ? text : `${text} (SQLSTATE ${code})`, {
    ...placeOf(statement, position),
    hint: joined([ownHint, left], ' '),
    cause,
  })
}

function joined(parts: readonly (string | null | undefined)[], separator: string): string {
  return parts.filter((part) => typeof part === 'string' && part !== '').join(separator)
}

function placeOf(
  { file, text, start, sql, verbatim }: FileStatement,
  position?: string,
): { file: string; line: number; column: number } {
  const within =
    verbatim && sql !== null && position !== undefined ? utf16OfCharacter(sql, Number(position) - 1) : 0
  return { file, ...new LineIndex(text).positionOf(start + within) }
}

/** The name of the extension that a server lacks, where that is what it says: since PostgreSQL 15 in so many words. */
export function missingExtension(error: unknown): string | null {
  const { code, message } = error instanceof Error ? (error as ServerError) : { code: undefined, message: '' }
  if (code === '0A000') return /^extension "(.+)" is not available$/.exec(message)?.[1] ?? null
  if (code === '58P01') return /extension control file ".*\/([^/]+)\.control"/.exec(message)?.[1] ?? null
  return null
}

export function isDuplicateRole(error: unknown): boolean {
  return error instanceof Error && (error as ServerError).code === '42710'
}
