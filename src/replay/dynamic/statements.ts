import type { Node } from 'libpg-query'
import { parseStatements } from '../../sql/parse.ts'
import { hasStandIn } from '../../sql/stand-in.ts'
import type { InnerPlace } from '../context.ts'
import { isDataStatement, partialEffects, statementEffects } from '../effects.ts'
import { asTrigger, Doubt, type Under } from './execution.ts'
import { statementText } from './format.ts'
import type { Frame } from './frame.ts'
import { checkQueryRuns, checkRuns } from './handlers.ts'
import { runQuery } from './queries.ts'
import type { Sql, Step, Target } from './steps.ts'
import { assignRow, forget, found } from './targets.ts'
import { type Variable, Variables } from './variables.ts'

/** EXECUTE. */
export function runComputed(
  frame: Frame,
  { sql, params, line, into }: Step & { readonly kind: 'execute' },
  under: Under,
): void {
  const place = frame.placeOf(sql.source, line)
  const text = statementText(frame.evaluate(sql, line, under))
  const used = params.map((param): Variable => ({ type: null, value: frame.evaluate(param, line, under) }))
  if (text !== null && !hasStandIn(text)) {
    const inner = { ...place, text, offsetOf: () => place.source.start }
    runStatements(frame, parseStatements(text), inner, under, into, new Variables(used))
    return
  }
  if (into !== null) forget(frame, into)
  if (text === null) frame.report(place, 'EXECUTE of a computed string', null)
  else runPartly(frame, text, place, under)
}

/** What statements with stand-ins may do. For objects that the model doesn't have, those that touch no relation do nothing. */
function runPartly(frame: Frame, text: string, place: InnerPlace, under: Under): void {
  const { context, guards, isElsewhere } = frame.execution
  if (under === null && guards.length > 0) throw new Doubt('a computed statement')
  for (const statement of parseStatements(text)) {
    if (!('node' in statement)) {
      frame.report(place, 'EXECUTE of a computed string', null)
      continue
    }
    for (const { reason, affects } of partialEffects(context.state, statement.node)) {
      if (affects?.length !== 0 || !isElsewhere) frame.report(place, reason, affects)
    }
  }
}

/** Runs statements, or tells what they may do. `variables`: what their queries find. */
export function runStatements(
  frame: Frame,
  statements: Sql['statements'],
  place: InnerPlace,
  under: Under,
  into: Target | null,
  variables: Variables = frame.variables,
): void {
  for (const statement of statements) {
    if ('node' in statement) runStatement(frame, statement.node, place, under, into, variables)
    else {
      frame.report(place, statement.error, null)
      if (into !== null) forget(frame, into)
    }
  }
}

function runStatement(
  frame: Frame,
  node: Node,
  place: InnerPlace,
  under: Under,
  into: Target | null,
  variables: Variables,
): void {
  const { execution } = frame
  if (isDataStatement(node)) {
    if (under === null) checkQueryRuns(execution, node)
    const rows = runQuery(frame, node, place, under, variables)
    if (into !== null) assignRow(frame, into, rows)
    if (variables === frame.variables) found(frame, rows)
    return
  }
  if (under === null) {
    checkRuns(execution, node)
    execution.context.replayInside(node, place)
    return
  }
  const condition = under === asTrigger ? '' : ` under ${under}`
  for (const { reason, affects } of statementEffects(execution.context.state, node)) {
    frame.report(place, `${reason}${condition}`, affects)
  }
}
