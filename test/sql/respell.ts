import { scanSync } from 'libpg-query'
import { Lexer, type TokenKind } from '../../src/sql/lexer.ts'

/** Gives a number from 0 to below `count`; 0 leaves things as they are. */
export type Choose = (count: number) => number

/** Choices taken from a list, over and over. */
export function choices(numbers: readonly number[]): Choose {
  let at = 0
  return (count) => (numbers[at++ % numbers.length] ?? 0) % count
}

interface Token {
  readonly kind: TokenKind
  readonly text: string
}

/** `kept` where names keep their quotes: PL/pgSQL has keywords of its own. */
type Quoting = 'free' | 'kept'

const blanks = [' ', '\n', '\r\n', '\t', ' \f ', '\v', '\n\n\n']
const comments = [
  '/* x */',
  '/**/',
  '/* drop /* nested; */ \' " $x */',
  '-- it\'s; a "line" $x$ /*\n',
  '--\r\n',
  '/*-- */',
]

/**
 * The same SQL in another spelling: other blanks and comments between tokens, bare words in another case, identifiers quoted
 * or not where both mean the same. Bodies of DO, and of functions in SQL and PL/pgSQL, are spelt anew too.
 */
export function respell(sql: string, choose: Choose, quoting: Quoting = 'free'): string {
  const list = tokensOf(sql)
  const spelt = list.map((token, at) => {
    const [previous, next] = [list[at - 1], list[at + 1]]
    if (token.kind === 'blank') return newBlank(token.text, choose)
    const text = respelt(list, at, choose, quoting)
    const mayInsert = next !== undefined && next.kind !== 'blank' && mayPart(token, next)
    const before = previous === undefined && choose(4) === 1 ? newBlank('', choose) : ''
    return before + text + (mayInsert && choose(4) === 1 ? newBlank('', choose) : '')
  })
  return spelt.join('')
}

function tokensOf(sql: string): Token[] {
  const lexer = new Lexer(sql, { start: 0, end: sql.length })
  const list: Token[] = []
  while (lexer.next()) list.push({ kind: lexer.kind, text: sql.slice(lexer.start, lexer.at) })
  return list
}

function newBlank(blank: string, choose: Choose): string {
  const pick = choose(4)
  if (pick === 0) return blank
  const space = blanks[choose(blanks.length)] ?? ' '
  if (pick === 1) return space
  const comment = comments[choose(comments.length)] ?? ''
  return pick === 2 ? space + comment + space : ` ${comment}`
}

/** Whether a blank between two tokens that touch changes nothing. */
function mayPart(one: Token, other: Token): boolean {
  if (isNumber(one) || isNumber(other)) return false
  const closed = [one, other].some(({ kind, text }) => kind === 'sign' && '(),;[]'.includes(text))
  if (one.kind === 'sign' && other.kind === 'sign') return closed
  return ![one, other].some(({ kind, text }) => kind === 'sign' && '&$:%<>\\'.includes(text))
}

function isNumber({ kind, text }: Token): boolean {
  return kind === 'word' && text >= '0' && text < ':'
}

function respelt(list: readonly Token[], at: number, choose: Choose, quoting: Quoting): string {
  const token = list[at]
  if (token === undefined) return ''
  if (token.kind === 'word') return isNumber(token) ? token.text : word(token.text, choose, quoting)
  if (token.kind !== 'quoted') return token.text
  if (token.text.startsWith('"')) {
    return list[at - 1]?.text === '&' ? token.text : identifier(token.text, choose, quoting)
  }
  return isBody(list, at) ? body(token.text, choose) : token.text
}

function word(text: string, choose: Choose, quoting: Quoting): string {
  const upper = (letter: string) => letter.toUpperCase()
  const pick = choose(5)
  if (pick === 1) return text.replaceAll(/[a-z]/g, upper)
  if (pick === 2) return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (pick === 3) return text.replaceAll(/[a-z]/g, (letter) => (choose(2) === 1 ? upper(letter) : letter))
  return pick === 4 && quoting === 'free' && isPlain(text) ? `"${text.toLowerCase()}"` : text
}

function identifier(text: string, choose: Choose, quoting: Quoting): string {
  const name = text.slice(1, -1)
  const mayUnquote = quoting === 'free' && name === name.toLowerCase() && isPlain(name)
  return mayUnquote && choose(2) === 1 ? name : text
}

/** Whether a word is a name and nothing else, so that it means the same in quotes. */
function isPlain(text: string): boolean {
  if (!/^[a-z_][a-z0-9_]*$/i.test(text) || text.toLowerCase() === 'u') return false
  const [only, ...rest] = scanSync(text).tokens
  return rest.length === 0 && only?.tokenName === 'IDENT'
}

/** Whether a dollar-quoted text is code that SQL's lexical rules hold for. */
function isBody(list: readonly Token[], at: number): boolean {
  if (!list[at]?.text.startsWith('$')) return false
  const isEnd = ({ text }: Token) => text === ';'
  const start = list.slice(0, at).findLastIndex(isEnd) + 1
  const end = list.findIndex((token, index) => index > at && isEnd(token))
  const [before, after] = [list.slice(start, at), list.slice(at, end < 0 ? list.length : end)].map((part) =>
    part.filter(({ kind }) => kind !== 'blank').map(({ text }) => text.toLowerCase()),
  )
  if (before?.[0] === 'do') return before.length === 1
  const words = [...(before ?? []), ...(after ?? [])]
  const isRoutine =
    words[0] === 'create' && words.slice(1, 4).some((each) => /^(function|procedure)$/.test(each))
  const language = words[words.indexOf('language') + 1] ?? ''
  return isRoutine && before?.at(-1) === 'as' && ['sql', 'plpgsql'].includes(language)
}

function body(text: string, choose: Choose): string {
  const tag = text.slice(0, text.indexOf('$', 1) + 1)
  return tag + respell(text.slice(tag.length, -tag.length), choose, 'kept') + tag
}
