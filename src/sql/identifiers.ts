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
