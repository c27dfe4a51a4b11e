import type { Node, RangeVar } from 'libpg-query'
import { as, walk } from '../../sql/node.ts'
import { findRelation } from '../names.ts'
import { outcomeOf } from '../outcomes.ts'
import type { State } from '../state.ts'
import { Doubt, type Execution, Raised } from './execution.ts'
import type { ExceptionHandler } from './steps.ts'

const codes: Readonly<Record<string, string>> = {
  P0001: 'raise_exception',
  '20000': 'case_not_found',
  '42P07': 'duplicate_table',
  '42710': 'duplicate_object',
  '42701': 'duplicate_column',
  '42P06': 'duplicate_schema',
  '42723': 'duplicate_function',
  '42P01': 'undefined_table',
  '42703': 'undefined_column',
  '42704': 'undefined_object',
  '42883': 'undefined_function',
}

function nameOf(condition: string): string {
  return codes[condition.toUpperCase()] ?? condition
}

/** Conditions that only RAISE and CASE bring about. */
const explicit: ReadonlySet<string> = new Set(['raise_exception', 'case_not_found'])

function isOfNames(condition: string): boolean {
  const name = nameOf(condition)
  return name.startsWith('duplicate_') || name.startsWith('undefined_') || explicit.has(name)
}

/** Whether all that handlers catch is that something exists already or doesn't, or what code raises itself. */
export function catchNamesOnly(handlers: readonly ExceptionHandler[]): boolean {
  return handlers.every(({ conditions }) => conditions.every(isOfNames))
}

/** The handler that catches a condition; throws where only the server can tell. */
export function handlerFor(
  handlers: readonly ExceptionHandler[],
  condition: string,
): ExceptionHandler | undefined {
  return handlers.find(({ conditions }) =>
    conditions.some((each) => {
      const name = nameOf(each)
      if (name === 'others' || name === condition || name.startsWith(`${condition}_`)) return true
      if (condition.startsWith('a condition')) throw new Doubt(condition)
      return false
    }),
  )
}

/** Throws what a statement surely raises, or a doubt where a handler around it may have to do with it. */
export function checkRuns({ guards, context }: Execution, node: Node): void {
  if (guards.length === 0 || as(node, 'VariableSetStmt')?.name === 'search_path') return
  const outcome = outcomeOf(context.state, node)
  const handlers = guards.flat()
  if ((outcome === 'duplicate' || outcome === 'undefined') && handlerFor(handlers, outcome) !== undefined) {
    throw new Raised(outcome)
  }
  if (outcome === 'runs-surely' || (outcome === 'runs' && catchNamesOnly(handlers))) return
  throw new Doubt(`${outcome} under a handler`)
}

/** The same of a query: it may fail for its rows, or because it names what isn't there. */
export function checkQueryRuns({ guards, context }: Execution, node: Node): void {
  if (guards.length === 0) return
  if (!catchNamesOnly(guards.flat()) || !namesKnownRelations(context.state, node)) {
    throw new Doubt('a query under a handler')
  }
}

function namesKnownRelations(state: State, node: Node): boolean {
  let known = true
  walk(node, (kind, value) => {
    if (kind === 'RangeVar' && findRelation(state, value as RangeVar) === undefined) known = false
    return undefined
  })
  return known
}
