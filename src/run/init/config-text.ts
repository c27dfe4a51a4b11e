import { type ConfigEntry, type ConfigValue, toldIn } from './config-entry.ts'

/** The width that a value may have in one line. */
const width = 100

/** The config as a program: what nobody told stands in it as a comment. `isInstalled`: whether the project has this package. */
export function configProgram(
  entries: readonly ConfigEntry[],
  heading: string,
  isInstalled: boolean,
): string {
  const top = commentLines(heading, '')
  const body = memberLines(entries, 1)
  const [before, open, close] = isInstalled
    ? [["import { defineConfig } from 'ringfence'", ''], 'export default defineConfig({', '})']
    : [['/** @type {import("ringfence").ConfigInput} */'], 'export default {', '}']
  return `${[...before, ...top, open, ...body, close].join('\n')}\n`
}

/** The config as JSON, which has no comments. */
export function configJson(entries: readonly ConfigEntry[]): string {
  return `${JSON.stringify(toldIn(entries), null, 2)}\n`
}

function memberLines(entries: readonly ConfigEntry[], depth: number): string[] {
  const indent = '  '.repeat(depth)
  return entries.flatMap((entry) => {
    const notes = entry.notes.flatMap((note) => commentLines(note, indent))
    if ('entries' in entry) {
      return [
        ...notes,
        `${indent}${keyText(entry.key)}: {`,
        ...memberLines(entry.entries, depth + 1),
        `${indent}},`,
      ]
    }
    const [first = '', ...rest] = valueLines(entry.value)
    const lines = [`${keyText(entry.key)}: ${first}`, ...rest]
    const last = `${lines.pop() ?? ''},`
    const mark = entry.isTold ? '' : '// '
    return [...notes, ...[...lines, last].map((line) => `${indent}${mark}${line}`)]
  })
}

/** A value in one line where it fits, else a line for each of its members. */
function valueLines(value: ConfigValue): string[] {
  const whole = inline(value)
  if (typeof value === 'string' || whole.length <= width) return [whole]
  const members = isList(value)
    ? value.map((one) => valueLines(one))
    : Object.entries(value).map(([key, one]) => {
        const [first = '', ...rest] = valueLines(one)
        return [`${keyText(key)}: ${first}`, ...rest]
      })
  const [open, close] = isList(value) ? ['[', ']'] : ['{', '}']
  return [
    open,
    ...members.flatMap((lines) => lines.map((line, at) => `  ${line}${at === lines.length - 1 ? ',' : ''}`)),
    close,
  ]
}

function inline(value: ConfigValue): string {
  if (typeof value === 'string') return literal(value)
  if (isList(value)) return `[${value.map(inline).join(', ')}]`
  const members = Object.entries(value).map(([key, one]) => `${keyText(key)}: ${inline(one)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

function isList(value: ConfigValue): value is readonly ConfigValue[] {
  return Array.isArray(value)
}

function keyText(key: string): string {
  return /^[a-z_$][\w$]*$/i.test(key) ? key : literal(key)
}

/** A string that nothing in it can end. */
function literal(text: string): string {
  return /['\\\p{Cc}\u2028\u2029]/u.test(text)
    ? JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`)
    : `'${text}'`
}

/** A sentence as comments, its words as they fit. Names come from the migrations; none may end the comment that it stands in. */
function commentLines(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = `${indent}//`
  for (const word of text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd').split(' ')) {
    if (line.length + word.length > width && !line.endsWith('//')) {
      lines.push(line)
      line = `${indent}//`
    }
    line += ` ${word}`
  }
  return [...lines, line]
}
