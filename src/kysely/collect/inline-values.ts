import { Lexer } from '../../sql/lexer.ts'
import { literal } from '../../templates/names.ts'

/**
 * A statement with its parameters written into it as far as they have a plain text: `select set_config('app.x', $1, true)` with `['y']` is
 * `select set_config('app.x', 'y', true)`. A literal in quotes has no type of its own, as a parameter hasn't. Others stay `$1`.
 */
export function withValues(sql: string, values: readonly unknown[]): string {
  if (values.length === 0) return sql
  const lexer = new Lexer(sql, { start: 0, end: sql.length })
  let written = ''
  let isParameter = false
  while (lexer.next()) {
    const token = sql.slice(lexer.start, lexer.at)
    const value = isParameter ? textOf(values[Number(token) - 1]) : null
    written = value === null ? written + token : written.slice(0, -1) + value
    isParameter = lexer.isSign(36)
  }
  return written
}

function textOf(value: unknown): string | null {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return literal(value)
    case 'number':
    case 'bigint':
    case 'boolean':
      return literal(String(value))
    default:
      return value instanceof Date ? literal(value.toISOString()) : null
  }
}
