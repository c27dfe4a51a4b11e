import { readName } from '../../sql/identifiers.ts'
import { Lexer } from '../../sql/lexer.ts'

const beforeStatement: ReadonlySet<string> = new Set(['', ';', '>', 'then', 'else', 'loop', 'begin'])

/** The names that each block of a body in PL/pgSQL declares, in the order in which the blocks begin. */
export function declaredNames(body: string): string[][] {
  const blocks: string[][] = []
  const lexer = new Lexer(body, { start: 0, end: body.length })
  let before = ''
  let declaring: string[] | null = null
  while (lexer.next()) {
    if (lexer.kind === 'blank') continue
    const token = lexer.kind === 'word' ? lexer.keyword : body.slice(lexer.start, lexer.at)
    const startsStatement =
      declaring === null ? beforeStatement.has(before) : before === ';' || before === 'declare'
    if (startsStatement && token === 'begin') {
      blocks.push(declaring ?? [])
      declaring = null
    } else if (startsStatement && token === 'declare') declaring ??= []
    else if (startsStatement && declaring !== null) {
      const [name] = readName(body.slice(lexer.start, lexer.at)) ?? []
      if (name !== undefined) declaring.push(name)
    }
    before = token
  }
  return blocks
}

/** The target of an assignment and what is assigned: `a.b[1] := x`. */
export function readAssignment(
  text: string,
): { path: readonly string[]; hasSubscript: boolean; value: string } | null {
  const lexer = new Lexer(text, { start: 0, end: text.length })
  let end: number | null = null
  let depth = 0
  while (lexer.next()) {
    const sign = lexer.kind === 'sign' ? text.charAt(lexer.start) : ''
    if (sign === '[') {
      end ??= lexer.start
      depth++
    } else if (sign === ']') depth--
    else if (depth === 0 && (sign === ':' || sign === '=')) {
      const hasSubscript = end !== null
      const path = readName(text.slice(0, end ?? lexer.start))
      const value = text.slice(sign === ':' ? lexer.at + 1 : lexer.at)
      return path === null ? null : { path, hasSubscript, value }
    }
  }
  return null
}
