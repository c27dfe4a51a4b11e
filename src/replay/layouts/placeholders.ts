import { Lexer } from '../../sql/lexer.ts'
import type { Span } from '../../sql/split.ts'
import type { Layout } from './layout.ts'

/** A value that the migration tool puts into the text before PostgreSQL sees it. */
export interface Placeholder extends Span {
  /** What it is a placeholder for, as `variables` names it; null where it computes something. */
  readonly name: string | null
}

/**
 * The placeholders of a text between two offsets: `{{ .Name }}` and `{{ index .Options "Name" }}` of Go templates, `${name}`, `:NAME`.
 * Mustaches that hold anything but a field, such as those in the text of an e-mail, are none.
 */
export function placeholdersIn(
  text: string,
  { start, end }: Span,
  style: Layout['placeholders'],
): Placeholder[] {
  if (style === undefined) return []
  if (style === 'colon') return afterColons(text, { start, end })
  const [open, close, name] = style === 'go-template' ? goTemplate : dollarBrace
  const found: Placeholder[] = []
  for (let at = text.indexOf(open, start); at >= 0 && at < end; at = text.indexOf(open, at + 1)) {
    const last = text.indexOf(close, at)
    if (last < 0 || last >= end) break
    const inside = text.slice(at + open.length, last)
    if (style === 'go-template' || name.test(inside)) {
      found.push({ start: at, end: last + close.length, name: nameIn(inside, name) })
    }
    at = last
  }
  return found
}

const goTemplate = ['{{', '}}', /^-?\s*(?:index\s+\.[\w.]*\s+"([^"]+)"|\.(?:[\w.]*\.)?(\w+))\s*-?$/] as const
const dollarBrace = ['${', '}', /^([\w.-]+)$/] as const

function nameIn(inside: string, pattern: RegExp): string | null {
  const match = pattern.exec(inside)
  return match?.[1] ?? match?.[2] ?? null
}

/**
 * Which names graphile-migrate knows stands in its settings. Those that it always knows, and others of that prefix, are put in wherever they
 * stand; of any others it is not told from what a string holds (`HH24:MI`), so that they count where SQL can have no colon.
 */
function afterColons(text: string, span: Span): Placeholder[] {
  const found: (Placeholder & { readonly name: string })[] = []
  const pattern = /(?<!:):([A-Z][0-9A-Z_]+)\b/g
  pattern.lastIndex = span.start
  for (let match = pattern.exec(text); match !== null && match.index < span.end; match = pattern.exec(text)) {
    found.push({ start: match.index, end: pattern.lastIndex, name: match[1] ?? '' })
  }
  if (found.every(({ name }) => name.startsWith('DATABASE_'))) return found
  const outside = new Set<number>()
  const lexer = new Lexer(text, span)
  while (lexer.next()) if (lexer.kind === 'sign') outside.add(lexer.start)
  return found.filter(({ name, start }) => name.startsWith('DATABASE_') || outside.has(start))
}
