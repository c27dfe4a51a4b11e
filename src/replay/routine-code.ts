import type { Node } from 'libpg-query'
import type { Routine } from '../model/schema-model.ts'
import { as, strings } from '../sql/node.ts'
import { parseStatements } from '../sql/parse.ts'
import { plPgSqlSteps, type Step } from './plpgsql.ts'

/** Code as far as it can be read: every statement that it may run, and why there may be others. */
export interface Code {
  readonly nodes: readonly Node[]
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
    if (sqlBody !== null) return { nodes: sqlBody, opaque: [] }
    if (language === 'internal' || body === null) return { nodes: [], opaque: [] }
    const known = this.#codes.get(body)
    if (known !== undefined) return known
    const code = this.#read(body, language)
    this.#codes.set(body, code)
    return code
  }

  #read(body: string, language: string): Code {
    if (language === 'sql') return codeOfSql(body)
    if (language !== 'plpgsql') return { nodes: [], opaque: [`code in ${language}`] }
    const read = plPgSqlSteps(this.#statements.get(body) ?? '')
    return 'error' in read ? { nodes: [], opaque: [read.error] } : codeOfSteps(read.steps)
  }
}

/** Everything that steps may run, whether or not it is certain to. */
export function codeOfSteps(steps: readonly Step[]): Code {
  return joined(steps.map(codeOfStep))
}

function codeOfStep(step: Step): Code {
  switch (step.kind) {
    case 'statement':
    case 'expression':
      return codeOfSql(step.sql)
    case 'execute': {
      const text = literalQuery(step.sql)
      return text === null ? joined([codeOfSql(step.sql), computed]) : codeOfSql(text)
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
      return { nodes: [], opaque: [step.construct] }
    default:
      return empty
  }
}

const empty: Code = { nodes: [], opaque: [] }
const computed: Code = { nodes: [], opaque: ['EXECUTE of a computed string'] }

function joined(codes: readonly Code[]): Code {
  return {
    nodes: codes.flatMap(({ nodes }) => nodes),
    opaque: [...new Set(codes.flatMap(({ opaque }) => opaque))],
  }
}

export function codeOfSql(sql: string): Code {
  const statements = parseStatements(sql)
  return {
    nodes: statements.flatMap((statement) => ('node' in statement ? statement.node : [])),
    opaque: statements.flatMap((statement) => ('node' in statement ? [] : statement.error)),
  }
}

/** The string that a query selects if it is written out, concatenations included. */
export function literalQuery(sql: string): string | null {
  const [node] = codeOfSql(sql).nodes
  const [target] = as(node, 'SelectStmt')?.targetList ?? []
  return literalText(as(target, 'ResTarget')?.val)
}

function literalText(node: Node | undefined): string | null {
  const constant = as(node, 'A_Const')
  if (constant?.sval !== undefined) return constant.sval.sval ?? ''
  const operation = as(node, 'A_Expr')
  if (operation === undefined || strings(operation.name).at(-1) !== '||') return null
  const left = literalText(operation.lexpr)
  const right = literalText(operation.rexpr)
  return left === null || right === null ? null : left + right
}
