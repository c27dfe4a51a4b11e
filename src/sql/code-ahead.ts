import { blockOf, doStatement } from './do-block.ts'
import type { Grammar, Outcome } from './grammar.ts'
import { as, walk } from './node.ts'
import type { ScriptTree } from './parse.ts'
import type { ParsedCode, Text } from './parser-protocol.ts'

/** The DO blocks of a parsed script, and the SQL in them. */
export function codeIn(grammar: Grammar, script: Outcome): ParsedCode[] {
  if ('error' in script || !script.json.includes('{"DoStmt":')) return []
  const { stmts = [] } = JSON.parse(script.json) as ScriptTree
  return stmts.flatMap(({ stmt }) => {
    const statement = as(stmt, 'DoStmt')
    const block = statement === undefined ? undefined : blockOf(statement)
    if (block === undefined || !block.isPlPgSql) return []
    const code = parsed(grammar, { kind: 'plpgsql', text: doStatement(block.body) })
    return [code, ...sqlIn(code.outcome).map((text) => parsed(grammar, { kind: 'script', text }))]
  })
}

export function parseText(grammar: Grammar, { kind, text }: Text): Outcome {
  return kind === 'script' ? grammar.parse(text) : grammar.parsePlPgSql(text)
}

function parsed(grammar: Grammar, text: Text): ParsedCode {
  return { ...text, outcome: parseText(grammar, text) }
}

/** How PL/pgSQL would have its SQL parsed: a statement, and an expression, which is what SELECT selects. */
const prefixes: ReadonlyMap<unknown, string> = new Map([
  [0, ''],
  [2, 'SELECT '],
])

function sqlIn(code: Outcome): string[] {
  if ('error' in code) return []
  const found: string[] = []
  walk(JSON.parse(code.json), (kind: string, { query, parseMode }: Expression) => {
    const prefix = prefixes.get(parseMode)
    if (kind === 'PLpgSQL_expr' && query !== undefined && prefix !== undefined) found.push(prefix + query)
    return true
  })
  return found
}

interface Expression {
  readonly query?: string
  readonly parseMode?: number
}
