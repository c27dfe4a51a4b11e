import type { Node } from 'libpg-query'
import type { Routine } from '../model/schema-model.ts'
import { as } from '../sql/node.ts'
import { parseStatements } from '../sql/parse.ts'
import { hasStandIn } from '../sql/stand-in.ts'
import { computedQuery } from './computed-query.ts'
import { plPgSqlSteps, type Step } from './plpgsql.ts'

/** Code as far as it can be read: every statement that it may run, and why there may be others. */
export interface Code {
  readonly nodes: readonly Node[]
  /** Statements of computed strings, with stand-ins for the names and values that are not known. */
  readonly partial: readonly Node[]
  readonly opaque: readonly string[]
}

/**
 * The code of routines, read when it is asked for. PL/pgSQL is read from the whole CREATE FUNCTION, which is remembered
 * by its body; no fact of the model, so no journal.
 */
export class RoutineTexts {
  readonly #statements = new Map<string, string>()
  readonly #codes = new Map<string, Code>()

  remember({ body }: Routine, statement: string): void {
    if (body === null) return
    this.#statements.set(body, statement)
    this.#codes.delete(body)
  }

  codeOf({ body, sqlBody, language }: Routine): Code {
    if (sqlBody !== null) return { ...empty, nodes: sqlBody }
    if (language === 'internal' || body === null) return empty
    const known = this.#codes.get(body)
    if (known !== undefined) return known
    const code = this.#read(body, language)
    this.#codes.set(body, code)
    return code
  }

  #read(body: string, language: string): Code {
    if (language === 'sql') return codeOfSql(body)
    if (language !== 'plpgsql') return { ...empty, opaque: [`code in ${language}`] }
    const read = plPgSqlSteps(this.#statements.get(body) ?? '')
    return 'error' in read ? { ...empty, opaque: [read.error] } : codeOfSteps(read.steps)
  }
}

/** Everything that steps may run, whether or not it is certain to. */
function codeOfSteps(steps: readonly Step[]): Code {
  return joined(steps.map(codeOfStep))
}

function codeOfStep(step: Step): Code {
  switch (step.kind) {
    case 'statement':
    case 'expression':
      return codeOfSql(step.sql)
    case 'execute': {
      const { text, partial } = executedQuery(step.sql)
      if (text !== null) return codeOfSql(text)
      return joined([codeOfSql(step.sql), partial === null ? computed : { ...empty, partial }])
    }
    case 'branch':
      return joined(
        step.arms.map(({ test, steps }) =>
          joined([test === null ? empty : codeOfSql(test), codeOfSteps(steps)]),
        ),
      )
    case 'block':
      return joined([codeOfSteps(step.steps), ...step.handlers.map(({ steps }) => codeOfSteps(steps))])
    case 'unknown':
      return { ...empty, opaque: [step.construct] }
    default:
      return empty
  }
}

const empty: Code = { nodes: [], partial: [], opaque: [] }
const computed: Code = { ...empty, opaque: ['EXECUTE of a computed string'] }

function joined(codes: readonly Code[]): Code {
  return {
    nodes: codes.flatMap(({ nodes }) => nodes),
    partial: codes.flatMap(({ partial }) => partial),
    opaque: [...new Set(codes.flatMap(({ opaque }) => opaque))],
  }
}

export function codeOfSql(sql: string): Code {
  const statements = parseStatements(sql)
  return {
    nodes: statements.flatMap((statement) => ('node' in statement ? statement.node : [])),
    partial: [],
    opaque: statements.flatMap((statement) => ('node' in statement ? [] : statement.error)),
  }
}

/** What EXECUTE runs. */
export interface ExecutedQuery {
  /** The string, where all of it is known. */
  readonly text: string | null
  /** Else its statements with stand-ins, where only names and values are not known. */
  readonly partial: readonly Node[] | null
}

/** What EXECUTE runs of the string that a query selects. */
export function executedQuery(sql: string): ExecutedQuery {
  const [node] = codeOfSql(sql).nodes
  const [target] = as(node, 'SelectStmt')?.targetList ?? []
  const text = computedQuery(as(target, 'ResTarget')?.val)
  if (text === null || !hasStandIn(text)) return { text, partial: null }
  const { nodes, opaque } = codeOfSql(text)
  return { text: null, partial: opaque.length > 0 ? null : nodes }
}
