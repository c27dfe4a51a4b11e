import type { Routine } from '../model/schema-model.ts'
import { keywords } from '../sql/keywords.ts'
import { type Token, tokensOf } from '../sql/tokens.ts'

/** Names that the body of a routine leaves to the search path. */
export interface BareNames {
  /** What is not called: relations, types, columns, variables. */
  readonly names: ReadonlySet<string>
  readonly calls: ReadonlySet<string>
  /** Those of the names that stand where a relation or a type does, and so are looked for in `pg_temp` first. */
  readonly temporary: ReadonlySet<string>
  /** Whether it runs text that is put together when it runs. */
  readonly runsDynamicSql: boolean
}

/** Functions that have FROM between their arguments. */
const fromWithin: ReadonlySet<string> = new Set(['extract', 'overlay', 'position', 'substring', 'trim'])

export function readBareNames({ body, language }: Routine): BareNames {
  const tokens = tokensOf(body ?? '')
  const names = new Set<string>()
  const calls = new Set<string>()
  const temporary = new Set<string>()
  const openedBy: string[] = []
  let runsDynamicSql = false
  let isDeclaring = false
  tokens.forEach((token, at) => {
    const { kind, value } = token
    const [before, next] = [tokens[at - 1]?.value, tokens[at + 1]?.value]
    if (value === '(') openedBy.push(before ?? '')
    if (value === ')') openedBy.pop()
    if (kind === 'name' && (value === 'declare' || value === 'begin')) isDeclaring = value === 'declare'
    if (value === 'execute' && before !== 'grant' && before !== 'revoke')
      runsDynamicSql ||= language !== 'sql'
    if (kind !== 'name' || keywords.has(value) || before === '.' || next === '.') return
    if (next === '(') calls.add(value)
    else names.add(value)
    if (next === '(') return
    const isWithin = fromWithin.has(openedBy.at(-1) ?? '')
    const isNamedType = isType(tokens, at) || (isDeclaring && isDeclaredType(tokens, at))
    if (isNamedType || (!isWithin && isRelation(tokens, at))) temporary.add(value)
  })
  for (const name of commonTables(tokens)) temporary.delete(name)
  return { names, calls, temporary, runsDynamicSql }
}

/** Behind `::`, or in CAST. */
function isType(tokens: readonly Token[], at: number): boolean {
  const [two, one, next] = [tokens[at - 2]?.value, tokens[at - 1]?.value, tokens[at + 1]?.value]
  return (one === ':' && two === ':') || (one === 'as' && next === ')')
}

/** Behind the name of a variable. */
function isDeclaredType(tokens: readonly Token[], at: number): boolean {
  const [two, one] = [tokens[at - 2], tokens[at - 1]]
  const isVariable =
    one?.kind === 'name' &&
    (two?.value === ';' || two?.value === 'declare') &&
    tokens[at]?.value !== 'constant'
  return isVariable || (one?.value === 'constant' && two?.kind === 'name')
}

function isRelation(tokens: readonly Token[], at: number): boolean {
  const [before, one] = [tokens[at - 2]?.value ?? '', tokens[at - 1]?.value]
  switch (one) {
    case 'from':
      return before !== 'distinct'
    case 'join':
    case 'only':
      return true
    case 'into':
      return before === 'insert' || before === 'merge'
    case 'update':
      return !['do', 'for', 'key', 'on'].includes(before)
    default:
      return false
  }
}

/** The names that WITH gives. */
function commonTables(tokens: readonly Token[]): string[] {
  return tokens.flatMap(({ kind, value }, at) => {
    const isNamed = kind === 'name' && tokens[at + 1]?.value === 'as'
    const isQuery = ['(', 'materialized', 'not'].includes(tokens[at + 2]?.value ?? '')
    return isNamed && isQuery ? [value] : []
  })
}
