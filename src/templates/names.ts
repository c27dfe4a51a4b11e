import { printName } from '../sql/expression.ts'
import type { RelationName } from './blueprint.ts'
import { writeName } from './row-security.ts'

/** What PostgreSQL keeps of an identifier; it cuts longer ones off, so that two names become one. */
const longest = 63

/**
 * An identifier in emitted SQL: `invoices`, `"order"`, `"Invoice"`. Refused are names that PostgreSQL can't hold: empty ones, those
 * with a NUL, and those of more than 63 bytes.
 */
export function identifier(name: string): string {
  if (name === '') throw new Error('a name is empty')
  if (name.includes('\0')) throw new Error(`the name ${JSON.stringify(name)} holds a NUL character`)
  const bytes = Buffer.byteLength(name)
  if (bytes > longest) {
    throw new Error(`the name ${name} has ${bytes} bytes, and PostgreSQL keeps ${longest} of a name`)
  }
  return printName(name)
}

/** `public.invoices`, `public."order"`; refused as in `identifier`. */
export function qualified(relation: RelationName): string {
  identifier(relation.namespace)
  identifier(relation.name)
  return writeName(relation)
}

/** A string constant that means the same whatever `standard_conforming_strings` says: `'it''s'`, `E'a\\b'`. */
export function literal(text: string): string {
  if (text.includes('\0')) throw new Error(`the text ${JSON.stringify(text)} holds a NUL character`)
  const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted}` : quoted
}

/** `array['owner', 'admin']`, an array of texts. */
export function textArray(texts: readonly string[]): string {
  return `array[${texts.map(literal).join(', ')}]${texts.length === 0 ? '::text[]' : ''}`
}

/** A body between dollars that the body itself doesn't hold. */
export function dollarQuoted(body: string): string {
  let tag = '$$'
  for (let at = 1; body.includes(tag.slice(0, -1)); at++) tag = `$body${at}$`
  return `${tag}\n${body}\n${tag}`
}
