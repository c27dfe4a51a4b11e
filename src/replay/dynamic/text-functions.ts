import { concatenated, format, outputText, quoteIdent, quoteLiteral, quoteNullable } from './format.ts'
import { replaceRegularExpression, withDigits } from './patterns.ts'
import { isUnknown, textOf, unknown, type Value } from './value.ts'

export type PureFunction = (args: readonly Value[]) => Value

/** NULL where an argument is NULL, unknown where one is not known or no text or number. */
function strict(compute: (...args: (string | number)[]) => Value): PureFunction {
  return (args) => {
    if (args.includes(null)) return null
    const plain = args.filter((arg) => typeof arg === 'string' || typeof arg === 'number')
    return plain.length === args.length ? compute(...plain) : unknown
  }
}

/** The same of one text, in which digits may be unknown that the function leaves alone. */
function onText(change: (text: string, ...rest: string[]) => string): PureFunction {
  return (args) => {
    if (args.includes(null)) return null
    const [text, ...rest] = args.map((arg) => textOf(arg) ?? null)
    const known = rest.filter((each) => each !== null)
    if (text === undefined || text === null || known.length < rest.length || args.slice(1).some(isUnknown)) {
      return unknown
    }
    return withDigits(text, (masked) => change(masked, ...known))
  }
}

/** Trims single characters of a set, as PostgreSQL does, at the start, the end or both. */
function trim(text: string, set: string, ends: 'start' | 'end' | 'both'): string {
  let start = 0
  let end = text.length
  if (ends !== 'end') while (start < end && set.includes(text.charAt(start))) start++
  if (ends !== 'start') while (end > start && set.includes(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

function substring(text: string | number, from: string | number, length?: string | number): Value {
  const characters = [...String(text)]
  const start = Number(from) - 1
  const end = length === undefined ? characters.length : start + Number(length)
  return characters.slice(Math.max(0, start), Math.max(0, end)).join('')
}

function splitPart(text: string | number, separator: string | number, position: string | number): Value {
  const parts = separator === '' ? [String(text)] : String(text).split(String(separator))
  const at = Number(position)
  return at === 0 ? unknown : (parts[at > 0 ? at - 1 : parts.length + at] ?? '')
}

/** Counts characters from 1; 0 where the part is not in the text. */
function positionIn(text: string | number, part: string | number): Value {
  const at = String(text).indexOf(String(part))
  return at < 0 ? 0 : [...String(text).slice(0, at)].length + 1
}

function concat(values: readonly Value[]): Value {
  return concatenated(values.map((value) => (value === null ? '' : (outputText(value) ?? null))))
}

function concatWithSeparator([separator = null, ...values]: readonly Value[]): Value {
  if (separator === null) return null
  const texts = values.flatMap((value) => (value === null ? [] : [outputText(value) ?? null]))
  return concatenated(texts.flatMap((text, at) => (at === 0 ? [text] : [textOf(separator) ?? null, text])))
}

function pad(atStart: boolean): PureFunction {
  return strict((text, length, fill = ' ') => {
    const characters = [...String(text)].slice(0, Math.max(0, Number(length)))
    const missing = Number(length) - characters.length
    if (missing <= 0 || fill === '') return characters.join('')
    const padding = [...String(fill).repeat(missing)].slice(0, missing).join('')
    return atStart ? padding + characters.join('') : characters.join('') + padding
  })
}

/** Functions of `pg_catalog` over text. Case is folded as in the C locale where there are letters of ASCII alone. */
export const textFunctions: Readonly<Record<string, PureFunction>> = {
  format,
  concat,
  concat_ws: concatWithSeparator,
  quote_ident: ([value = null]) => quoteIdent(value),
  quote_literal: ([value = null]) => quoteLiteral(value),
  quote_nullable: ([value = null]) => quoteNullable(value),
  lower: onText((text) => text.toLowerCase()),
  upper: onText((text) => text.toUpperCase()),
  initcap: onText((text) =>
    text.toLowerCase().replaceAll(/[\p{L}\p{N}]+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1)),
  ),
  btrim: onText((text, set = ' ') => trim(text, set, 'both')),
  ltrim: onText((text, set = ' ') => trim(text, set, 'start')),
  rtrim: onText((text, set = ' ') => trim(text, set, 'end')),
  replace: (args) =>
    args.some((arg) => isUnknown(arg)) && /[0-9]/.test(textOf(args[1] ?? null) ?? '0')
      ? unknown
      : onText((text, from = '', to = '') => (from === '' ? text : text.replaceAll(from, () => to)))(args),
  translate: strict((text, from, to) =>
    [...String(text)]
      .map((char) => {
        const at = [...String(from)].indexOf(char)
        return at < 0 ? char : ([...String(to)][at] ?? '')
      })
      .join(''),
  ),
  reverse: strict((text) => [...String(text)].reverse().join('')),
  repeat: strict((text, count) =>
    Number(count) * String(text).length > 1_000_000
      ? unknown
      : String(text).repeat(Math.max(0, Number(count))),
  ),
  lpad: pad(true),
  rpad: pad(false),
  length: strict((text) => [...String(text)].length),
  char_length: strict((text) => [...String(text)].length),
  character_length: strict((text) => [...String(text)].length),
  left: strict((text, count) => {
    const characters = [...String(text)]
    return characters.slice(0, Number(count) < 0 ? characters.length + Number(count) : Number(count)).join('')
  }),
  right: strict((text, count) => {
    const characters = [...String(text)]
    const from = Number(count) < 0 ? -Number(count) : Math.max(0, characters.length - Number(count))
    return characters.slice(from).join('')
  }),
  substr: strict(substring),
  substring: strict((text, from, length) =>
    typeof from === 'number' ? substring(text, from, length) : unknown,
  ),
  split_part: strict(splitPart),
  strpos: strict(positionIn),
  position: strict(positionIn),
  starts_with: strict((text, prefix) => String(text).startsWith(String(prefix))),
  chr: strict((code) => String.fromCodePoint(Number(code))),
  abs: strict((number) => Math.abs(Number(number))),
  mod: strict((left, right) => (Number(right) === 0 ? unknown : Number(left) % Number(right))),
  regexp_replace: ([value = null, pattern = null, by = null, options = '']) =>
    replaceRegularExpression(value, pattern, by, options),
}
