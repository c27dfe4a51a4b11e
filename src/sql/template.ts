/**
 * SQL in a template literal, its common indentation taken off. Only a tag for readers and editors:
 * what is interpolated must be SQL already (`displayId`, `quoteIdentifier`).
 */
export function sql(parts: TemplateStringsArray, ...values: readonly string[]): string {
  const text = String.raw({ raw: parts.raw }, ...values)
  const lines = text.split('\n')
  const indents = lines.slice(1).flatMap((line) => (line.trim() === '' ? [] : [line.search(/\S/)]))
  const indent = Math.min(...indents)
  const dedented = lines.map((line, at) => (at === 0 || indents.length === 0 ? line : line.slice(indent)))
  return dedented.join('\n').trim()
}
