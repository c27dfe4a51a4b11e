import type { CreateFunctionStmt, FunctionParameter, Node } from 'libpg-query'
import type { Routine } from '../model/schema-model.ts'
import { as } from '../sql/node.ts'
import { parseStatements } from '../sql/parse.ts'
import { hasStandIn } from '../sql/stand-in.ts'
import { Evaluator, nowhere } from './dynamic/expression.ts'
import { statementText } from './dynamic/format.ts'
import { type ReadCode, readSteps } from './dynamic/read-steps.ts'
import type { Over, Sql, Step } from './dynamic/steps.ts'

/** Code as far as it can be read: every statement that it may run, and why there may be others. */
export interface Code {
  readonly nodes: readonly Node[]
  /** Statements of computed strings, with stand-ins for the names and values that are not known. */
  readonly partial: readonly Node[]
  readonly opaque: readonly string[]
}

/** What CREATE FUNCTION says of a routine that its record in the model doesn't. */
export interface Definition {
  readonly routine: Routine
  readonly statement: string
  readonly parameters: readonly FunctionParameter[]
  /** RETURNS NULL ON NULL INPUT. */
  readonly isStrict: boolean
}

/**
 * The code of routines, read when it is asked for. PL/pgSQL is read from the whole CREATE FUNCTION, which is remembered
 * by its body; no fact of the model, so no journal.
 */
export class RoutineTexts {
  readonly #definitions = new Map<string, Definition[]>()
  readonly #codes = new Map<string, Code>()
  readonly #steps = new Map<string, ReadCode>()

  remember(routine: Routine, statement: string, { parameters = [], options = [] }: CreateFunctionStmt): void {
    if (routine.body === null && routine.sqlBody === null) return
    const key = keyOf(routine)
    const definition = {
      routine,
      statement,
      parameters: parameters.flatMap((node) => as(node, 'FunctionParameter') ?? []),
      isStrict: options.some((node) => {
        const option = as(node, 'DefElem')
        return option?.defname === 'strict' && as(option.arg, 'Boolean')?.boolval === true
      }),
    }
    const others = (this.#definitions.get(key) ?? []).filter((other) => other.routine.id !== routine.id)
    this.#definitions.set(key, [...others, definition])
    this.#codes.delete(key)
    this.#steps.delete(key)
  }

  /** The statement that made a routine; it may have been renamed since. */
  definitionOf(routine: Routine): Definition | undefined {
    const candidates = this.#definitions.get(keyOf(routine)) ?? []
    return (
      candidates.find(({ routine: { id } }) => id === routine.id) ??
      (candidates.length === 1 ? candidates[0] : undefined)
    )
  }

  /** The steps of a routine in PL/pgSQL. */
  stepsOf(routine: Routine): ReadCode {
    const { body } = routine
    if (body === null) return { error: 'no body' }
    const known = this.#steps.get(body)
    if (known !== undefined) return known
    const definition = this.definitionOf(routine) ?? this.#definitions.get(body)?.[0]
    const read = readSteps(definition?.statement ?? '', body)
    this.#steps.set(body, read)
    return read
  }

  codeOf(routine: Routine): Code {
    const { body, sqlBody, language } = routine
    if (sqlBody !== null) return { ...empty, nodes: sqlBody }
    if (language === 'internal' || body === null) return empty
    const known = this.#codes.get(body)
    if (known !== undefined) return known
    const code = this.#read(routine, body)
    this.#codes.set(body, code)
    return code
  }

  #read(routine: Routine, body: string): Code {
    if (routine.language === 'sql') return codeOfSql(body)
    if (routine.language !== 'plpgsql') return { ...empty, opaque: [`code in ${routine.language}`] }
    const read = this.stepsOf(routine)
    return 'error' in read ? { ...empty, opaque: [read.error] } : codeOfSteps(read.steps)
  }
}

function keyOf({ body, id }: Routine): string {
  return body ?? id
}

/** Everything that steps may run, whether or not it is certain to. */
export function codeOfSteps(steps: readonly Step[]): Code {
  return joined(steps.map(codeOfStep))
}

function codeOfStep(step: Step): Code {
  switch (step.kind) {
    case 'statement':
    case 'expression':
    case 'assign':
    case 'subject':
      return codeOf(step.sql)
    case 'execute':
      return joined([codeOfExecute(step.sql), ...step.params.map(codeOf)])
    case 'branch':
      return joined(step.arms.map(({ test, steps }) => joined([codeOf(test), codeOfSteps(steps)])))
    case 'loop':
      return joined([codeOfOver(step.over), codeOfSteps(step.steps)])
    case 'block':
      return joined([
        ...step.declarations.map(({ value }) => codeOf(value)),
        codeOfSteps(step.steps),
        ...step.handlers.map(({ steps }) => codeOfSteps(steps)),
      ])
    case 'leave':
      return joined([codeOf(step.test), step.leave.how === 'return' ? codeOf(step.leave.value) : empty])
    case 'emit':
      return codeOf(step.sql)
    case 'unknown':
      return { ...empty, opaque: [step.construct] }
    default:
      return empty
  }
}

function codeOfOver(over: Over): Code {
  switch (over.kind) {
    case 'while':
      return codeOf(over.test)
    case 'integers':
      return joined([over.from, over.to, over.step].map(codeOf))
    case 'query':
      return codeOf(over.query)
    case 'execute':
      return joined([codeOfExecute(over.query), ...over.params.map(codeOf)])
    case 'array':
      return codeOf(over.array)
    default:
      return empty
  }
}

function codeOf(sql: Sql | null): Code {
  return sql === null ? empty : codeOfStatements(sql.statements)
}

/** What EXECUTE runs of the string that an expression computes: known, known but for names and values, or anything. */
function codeOfExecute(sql: Sql): Code {
  const text = statementText(new Evaluator(nowhere).value(sql.expression, null))
  if (text === null) return joined([codeOf(sql), computed])
  const code = codeOfSql(text)
  if (!hasStandIn(text)) return code
  return joined([codeOf(sql), code.opaque.length > 0 ? computed : { ...empty, partial: code.nodes }])
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
  return codeOfStatements(parseStatements(sql))
}

function codeOfStatements(statements: Sql['statements']): Code {
  return {
    nodes: statements.flatMap((statement) => ('node' in statement ? statement.node : [])),
    partial: [],
    opaque: statements.flatMap((statement) => ('node' in statement ? [] : statement.error)),
  }
}
