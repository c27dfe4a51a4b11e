import { splitStatements } from '../../sql/split.ts'

/** With a line before and behind each statement that holds a semicolon, for tools that end a statement at the first one. */
export function statementsMarked(sql: string, begin: string, end: string): string {
  return splitStatements(sql)
    .map((span) => {
      const text = sql.slice(span.start, span.end)
      const lead = /^\s*/.exec(text)?.[0] ?? ''
      const statement = text.slice(lead.length)
      return statement.slice(0, -1).includes(';') ? `${lead}${begin}\n${statement}\n${end}` : text
    })
    .join('')
}
