const part = `(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")`
const qualified = new RegExp(`^(${part})\\.(${part})$`)
const unquoted = /^[a-z_][a-z0-9_$]*$/

/** What is wrong with a name, or the name as ids write it. */
export type ObjectName = { readonly id: string } | { readonly problem: string }

/**
 * Reads `namespace.name` as SQL would. A part with capital letters must be quoted, because PostgreSQL folds it
 * to lower case otherwise and the two readings are two different objects.
 */
export function readObjectName(text: string): ObjectName {
  const match = qualified.exec(text)
  if (match === null) return { problem: explain(text) }
  return { id: `${canonical(match[1] ?? '')}.${canonical(match[2] ?? '')}` }
}

/** As `readObjectName`, with the argument types of a routine or the name of a policy allowed after it. */
export function readReviewedObject(text: string): ObjectName {
  const at = text.search(/[(/]/)
  if (at < 0) return readObjectName(text)
  const name = readObjectName(text.slice(0, at))
  return 'problem' in name ? name : { id: name.id + text.slice(at) }
}

function canonical(written: string): string {
  if (!written.startsWith('"')) return written
  const name = written.slice(1, -1).replaceAll('""', '"')
  return unquoted.test(name) ? name : written
}

function explain(text: string): string {
  if (/^[^".]+$/.test(text)) return `"${text}" names no namespace: write "public.${text}"`
  if (/^[^".]+\.[^".]+$/.test(text) && text !== text.toLowerCase()) {
    const quoted = text.split('.').map((name) => (unquoted.test(name) ? name : `"${name}"`))
    return `"${text}" has capital letters outside of quotes: write ${quoted.join('.')} where they belong to the name, else ${text.toLowerCase()}`
  }
  return `"${text}" is no name of the form namespace.name`
}
