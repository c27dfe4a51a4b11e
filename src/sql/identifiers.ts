const plain = /^[a-z_][a-z0-9_$]*$/

/**
 * An identifier as a reader writes it: bare where lower case letters suffice, quoted otherwise.
 * Keywords stay bare, so that `public.user` reads as people say it; for SQL that runs, use `quoteIdentifier`.
 */
export function displayName(name: string): string {
  return plain.test(name) ? name : quoteIdentifier(name)
}

/** The id of an object in a namespace: `displayId('public', 'Invoice')` is `public."Invoice"`. */
export function displayId(namespace: string, name: string): string {
  return `${displayName(namespace)}.${displayName(name)}`
}

/** A quoted identifier that means the same in any SQL: `"invoices"`. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The parts of a dotted name in a text (`public."Invoice"`), bare ones in lower case; null where it is no such name. */
export function readName(text: string): readonly string[] | null {
  const parts: string[] = []
  let rest = text.trim()
  for (;;) {
    const part = rest.startsWith('"') ? readQuoted(rest) : readBare(rest)
    if (part === null) return null
    parts.push(part.name)
    rest = rest.slice(part.length).trimStart()
    if (rest === '') return parts
    if (!rest.startsWith('.')) return null
    rest = rest.slice(1).trimStart()
  }
}

function readQuoted(text: string): { name: string; length: number } | null {
  let name = ''
  let at = 1
  for (;;) {
    const end = text.indexOf('"', at)
    if (end < 0) return null
    name += text.slice(at, end)
    if (text[end + 1] !== '"') return name === '' ? null : { name, length: end + 1 }
    name += '"'
    at = end + 2
  }
}

function readBare(text: string): { name: string; length: number } | null {
  let length = 0
  while (length < text.length && !/[\s.",()]/.test(text[length] ?? '')) length++
  return length === 0 ? null : { name: text.slice(0, length).toLowerCase(), length }
}
