import { isSpace, isWordStart, lineEnd } from './lexer.ts'
import type { Span } from './split.ts'

/** A meta-command of psql as it stands in a script: `\set name value`. */
export interface PsqlCommand {
  readonly name: string
  /** Null for what only a shell can tell (backticks) or a variable that is not set. */
  readonly arguments: readonly (string | null)[]
  readonly start: number
  readonly end: number
}

/** Commands that print, format, or ask, and leave the database as it is; and those that move data alone. */
const harmless = new Set([
  ...[
    'a',
    'C',
    'conninfo',
    'copyright',
    'echo',
    'encoding',
    'errverbose',
    'f',
    'h',
    'H',
    'help',
    'html',
    'l',
  ],
  ...['list', 'lo_export', 'lo_import', 'lo_list', 'lo_unlink', 'o', 'out', 'p', 'password', 'print', 'pset'],
  ...['qecho', 'restrict', 'unrestrict', 's', 'setenv', 'sf', 'sv', 't', 'T', 'timing', 'w', 'warn', 'write'],
  ...['x', 'z', '?', 'copy', 'bind'],
])

/** Whether the schema stays as it is whatever the command's arguments are. */
export function isHarmless(name: string): boolean {
  return harmless.has(name) || /^(d|l|sf|sv)[A-Za-z]{0,3}[S+x]*$/.test(name)
}

const sending = new Set(['g', 'gx', 'gset', 'gexec', 'gdesc', 'crosstabview', 'watch'])

/** Whether the command ends the statement before it as a semicolon does. */
export function sendsStatement(name: string): boolean {
  return sending.has(name)
}

/** Whether the command reads another file in its place. */
export function isInclusion(name: string): boolean {
  return name === 'i' || name === 'ir' || name === 'include' || name === 'include_relative'
}

/** Why a command that is not harmless is not read. */
export function reasonFor({ name }: PsqlCommand): string {
  if (name === 'c' || name === 'connect') {
    return `\\${name}: what follows runs in another database or as another role`
  }
  if (isInclusion(name)) return `\\${name} of a file whose name only psql knows`
  return `\\${name} is not read: only psql knows what it does`
}

/** Reads the command whose backslash is at `start`. It ends with the line, or where another one starts on it. */
export function readCommand(
  text: string,
  start: number,
  to: number,
  variables: ReadonlyMap<string, string>,
): PsqlCommand {
  const line = lineEnd(text, start, to)
  let at = start + 1
  while (at < line && !isSpace(text.charCodeAt(at)) && text[at] !== '\\') at++
  const name = text.slice(start + 1, at)
  if (name === 'copy' || name === '!') return { name, arguments: [], start, end: line }
  const values: (string | null)[] = []
  for (;;) {
    while (at < line && isSpace(text.charCodeAt(at))) at++
    if (at >= line) return { name, arguments: values, start, end: line }
    if (text[at] === '\\') {
      return { name, arguments: values, start, end: text[at + 1] === '\\' ? at + 2 : at }
    }
    const argument = readArgument(text, at, line, variables)
    values.push(argument.value)
    at = argument.end
  }
}

/** One argument: bare characters, quoted parts and variables that stand together. */
function readArgument(
  text: string,
  from: number,
  to: number,
  variables: ReadonlyMap<string, string>,
): { value: string | null; end: number } {
  let value: string | null = ''
  let at = from
  const append = (piece: string | null | undefined) => {
    value = value === null || piece === null || piece === undefined ? null : value + piece
  }
  while (at < to && !isSpace(text.charCodeAt(at)) && text[at] !== '\\') {
    const char = text.charAt(at)
    const reference = char === ':' ? variableAt(text, at, to) : null
    if (char === "'") {
      const quoted = readQuoted(text, at, to)
      append(quoted.value)
      at = quoted.end
    } else if (char === '`') {
      const close = text.indexOf('`', at + 1)
      append(null)
      at = close < 0 || close >= to ? to : close + 1
    } else if (reference !== null) {
      append(substitutionOf(reference, variables))
      at = reference.end
    } else {
      append(char)
      at++
    }
  }
  return { value, end: at }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', r: '\r', f: '\f' }

function readQuoted(text: string, from: number, to: number): { value: string; end: number } {
  let value = ''
  let at = from + 1
  while (at < to) {
    const char = text.charAt(at)
    if (char === "'" && text[at + 1] !== "'") return { value, end: at + 1 }
    if (char === '\\') value += escapes[text.charAt(at + 1)] ?? text.charAt(at + 1)
    else value += char
    at += char === '\\' || char === "'" ? 2 : 1
  }
  return { value, end: to }
}

/** A place where psql puts a variable's value: `:name`, `:'name'`, `:"name"`, `:{?name}`. */
export interface VariableReference {
  readonly name: string
  readonly form: 'bare' | 'literal' | 'identifier' | 'test'
  readonly end: number
}

/** The reference whose colon is at `at`, if it is one. */
export function variableAt(text: string, at: number, to: number): VariableReference | null {
  const next = text.charAt(at + 1)
  if (next === "'" || next === '"') {
    const end = nameEnd(text, at + 2, to)
    if (end === at + 2 || text[end] !== next) return null
    return { name: text.slice(at + 2, end), form: next === "'" ? 'literal' : 'identifier', end: end + 1 }
  }
  if (next === '{' && text[at + 2] === '?') {
    const end = nameEnd(text, at + 3, to)
    return text[end] === '}' ? { name: text.slice(at + 3, end), form: 'test', end: end + 1 } : null
  }
  const end = nameEnd(text, at + 1, to)
  return end === at + 1 ? null : { name: text.slice(at + 1, end), form: 'bare', end }
}

/** Whether psql would find anything but SQL: a backslash, or what may be a variable. Cheap. */
export function mayHoldPsql(text: string, { start, end }: Span): boolean {
  const backslash = text.indexOf('\\', start)
  if (backslash >= 0 && backslash < end) return true
  for (let at = text.indexOf(':', start); at >= 0 && at < end; at = text.indexOf(':', at + 1)) {
    if (text[at + 1] === ':') at++
    else if (variableAt(text, at, end) !== null) return true
  }
  return false
}

/** What stands in the place of a reference; undefined where the variable is not set. */
export function substitutionOf(
  { name, form }: VariableReference,
  variables: ReadonlyMap<string, string>,
): string | undefined {
  const value = variables.get(name)
  if (form === 'test') return value === undefined ? 'FALSE' : 'TRUE'
  if (value === undefined || form === 'bare') return value
  return form === 'literal' ? `'${value.replaceAll("'", "''")}'` : `"${value.replaceAll('"', '""')}"`
}

/** Names that start with a digit are left alone: they are bounds of array slices and parts of times. */
function nameEnd(text: string, from: number, to: number): number {
  if (!isWordStart(text.charCodeAt(from)) || from >= to) return from
  let at = from
  while (at < to && (isWordStart(text.charCodeAt(at)) || isDigit(text.charCodeAt(at)))) at++
  return at
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** A psql boolean, by its unambiguous beginnings; null where it is none. */
export function booleanOf(value: string | null | undefined): boolean | null {
  const word = value?.toLowerCase() ?? ''
  if (word === '') return null
  if (word === '1' || word === 'on' || 'true'.startsWith(word) || 'yes'.startsWith(word)) return true
  if (word === '0' || 'false'.startsWith(word) || 'no'.startsWith(word)) return false
  return word === 'of' || word === 'off' ? false : null
}
