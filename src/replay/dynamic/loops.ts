import { parseStatements } from '../../sql/parse.ts'
import { hasStandIn } from '../../sql/stand-in.ts'
import { itemsOf } from './array-functions.ts'
import { GiveUp, type Under } from './execution.ts'
import { assignedPaths, type Flow, isMeant, type Left, leavesOf, perhaps } from './flow.ts'
import { statementText } from './format.ts'
import type { Frame } from './frame.ts'
import { runQuery } from './queries.ts'
import { anyRows, type Rows } from './select.ts'
import type { SourceRow } from './sources/rows.ts'
import type { Over, Sql, Step, Target } from './steps.ts'
import { assign, coerced, forgetNames, setFound, setRow } from './targets.ts'
import { isArray, Row, textOf, unknown, type Value } from './value.ts'
import { join, restore, type Snapshot, Variables } from './variables.ts'

type Loop = Step & { readonly kind: 'loop' }

/** One turn of a loop. */
interface Turn {
  readonly start: () => void
  readonly isSure: boolean
  readonly isDoubtful: boolean
}

/** The turns of a loop that is known to take these and no others. */
interface Turns {
  readonly turns: readonly Turn[]
  readonly isOrdered: boolean
}

const mostTurns = 10_000

export function runLoop(frame: Frame, loop: Loop, under: Under): Flow {
  frame.variables.enter(loop.label)
  try {
    if (loop.over.kind === 'nothing' || loop.over.kind === 'while')
      return runWhile(frame, loop, loop.over, under)
    const turns = turnsOf(frame, loop.over, loop.line, under)
    const flow = turns === undefined ? runSomeTimes(frame, loop, under) : runTurns(frame, loop, turns, under)
    setFound(
      frame,
      turns?.turns.some(({ isSure }) => isSure) ? true : turns?.turns.length === 0 ? false : unknown,
    )
    return flow
  } finally {
    frame.variables.leave()
  }
}

function turnsOf(frame: Frame, over: Over, line: number, under: Under): Turns | undefined {
  const sure = (start: () => void): Turn => ({ start, isSure: true, isDoubtful: false })
  switch (over.kind) {
    case 'integers': {
      const [from, to, step] = [over.from, over.to, over.step].map((sql) =>
        sql === null ? 1 : coerced(frame, { type: 'integer', value: null }, frame.evaluate(sql, line, under)),
      )
      const variable = { type: 'integer', value: unknown as Value }
      frame.variables.declare(over.variable, variable)
      if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number' || step < 1)
        return undefined
      const count = Math.floor((over.isReverse ? from - to : to - from) / step) + 1
      if (count > mostTurns) return undefined
      const turns = Array.from({ length: Math.max(0, count) }, (_, at) =>
        sure(() => {
          variable.value = over.isReverse ? from - at * step : from + at * step
        }),
      )
      return { turns, isOrdered: true }
    }
    case 'query': {
      declareRecord(frame, over.target)
      const [statement] = over.query.statements
      if (statement === undefined || !('node' in statement)) return undefined
      const place = frame.placeOf(over.query.source, line)
      return turnsOfRows(frame, over.target, runQuery(frame, statement.node, place, under, frame.variables))
    }
    case 'execute':
      return turnsOfRows(frame, over.target, computedRows(frame, over, line, under))
    case 'array': {
      const items = over.isSliced ? undefined : itemsOf(frame.evaluate(over.array, line, under))
      if (items === undefined || items === null || items.length > mostTurns) return undefined
      const [target] = 'columns' in over.target ? over.target.columns : []
      if (target === undefined) return undefined
      const flat = items.flatMap((item): readonly Value[] => (item !== null && isArray(item) ? item : [item]))
      return { turns: flat.map((item) => sure(() => assign(frame, target, item))), isOrdered: true }
    }
    default:
      return undefined
  }
}

/** A loop over a declared cursor has a record of its own. */
function declareRecord(frame: Frame, target: Target): void {
  const name = 'record' in target ? target.record.path[0] : undefined
  if (name !== undefined && frame.variables.find(name) === undefined) {
    frame.variables.declare(name, { type: null, value: null })
  }
}

function computedRows(
  frame: Frame,
  over: { readonly query: Sql; readonly params: readonly Sql[] },
  line: number,
  under: Under,
): Rows {
  const place = frame.placeOf(over.query.source, line)
  const text = statementText(frame.evaluate(over.query, line, under))
  const params = over.params.map((param) => ({ type: null, value: frame.evaluate(param, line, under) }))
  if (text === null) frame.report(place, 'EXECUTE of a computed string', null)
  const [statement] = text === null || hasStandIn(text) ? [] : parseStatements(text)
  if (statement === undefined || !('node' in statement)) return anyRows
  const inner = { ...place, text: text ?? '', offsetOf: () => place.source.start }
  return runQuery(frame, statement.node, inner, under, new Variables(params))
}

function turnsOfRows(frame: Frame, target: Target, { rows, isOrdered }: Rows): Turns | undefined {
  if (rows.length > mostTurns) return undefined
  return {
    isOrdered: isOrdered || rows.length < 2,
    turns: withoutRepeats(rows).map(({ row, isSure, isDoubtful }) => ({
      start: () => setRow(frame, target, row),
      isSure,
      isDoubtful,
    })),
  }
}

/** Rows that may be there, each once. */
function withoutRepeats(rows: readonly SourceRow[]): readonly SourceRow[] {
  const seen = new Set<string>()
  return rows.filter(({ row, isSure, isDoubtful }) => {
    if (isSure) return true
    const key = `${isDoubtful} ${[...row.fields].map(([name, value]) => `${name}=${textOf(value)}`).join()}`
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew
  })
}

/** Turns that are sure run, the others as what may run. */
function runTurns(frame: Frame, loop: Loop, { turns, isOrdered }: Turns, under: Under): Flow {
  const start = frame.execution.checkpoint()
  const before = frame.variables.snapshot()
  let within = under
  const outer: Left[] = []
  const left: Snapshot[] = []
  for (const [at, turn] of turns.entries()) {
    frame.execution.step()
    const flow = runTurn(frame, loop, turn, within)
    if (flow !== 'next' && !('perhaps' in flow)) {
      if (isMeant(flow, loop.label) && flow.how === 'continue') continue
      if (!isOrdered && at < turns.length - 1 && within === null) {
        frame.execution.undo(start)
        restore(before)
        return runSomeTimes(frame, loop, under)
      }
      if (isMeant(flow, loop.label)) break
      return outer.length === 0 ? flow : perhaps([...outer, flow])
    }
    for (const leave of leavesOf(flow)) {
      const ends = leave.how !== 'continue' || !isMeant(leave, loop.label)
      if (!isMeant(leave, loop.label)) outer.push(leave)
      if (ends) left.push(frame.variables.snapshot())
      if (ends) within ??= `a conditional ${leave.how.toUpperCase()}`
    }
  }
  if (left.length > 0) join([...left, frame.variables.snapshot()])
  return perhaps(outer)
}

function runTurn(frame: Frame, loop: Loop, { start, isSure, isDoubtful }: Turn, under: Under): Flow {
  const { construct, steps, line } = loop
  if (isSure && (!isDoubtful || under !== null)) {
    start()
    return frame.run(steps, under)
  }
  const { journal } = frame.execution.context.state
  if (isSure) {
    const mark = journal.mark()
    start()
    const flow = frame.run(steps, null)
    frame.announceMoves(mark, construct, line)
    return flow
  }
  const maybe = () =>
    frame.either([true, false], (runs) => {
      if (!runs) return 'next'
      start()
      const { execution } = frame
      const before = execution.isElsewhere
      execution.isElsewhere = true
      const flow = frame.run(steps, under ?? construct)
      execution.isElsewhere = before
      return perhaps(leavesOf(flow))
    })
  return isDoubtful ? frame.quietly(maybe) : maybe()
}

/** A loop of which it is not known how often it runs, nor over what. */
function runSomeTimes(frame: Frame, { construct, label, over, steps }: Loop, under: Under): Flow {
  const assigned = assignedPaths(steps)
  forgetNames(frame, assigned)
  if ('target' in over) {
    declareRecord(frame, over.target)
    setRow(frame, over.target, new Row(new Map(), true))
  }
  const flow = frame.run(steps, under ?? construct)
  forgetNames(frame, assigned)
  return perhaps(leavesOf(flow).filter((left) => !isMeant(left, label)))
}

function runWhile(
  frame: Frame,
  loop: Loop,
  over: { kind: 'nothing' } | { kind: 'while'; test: Sql },
  under: Under,
): Flow {
  if (under !== null) return runSomeTimes(frame, loop, under)
  for (let turn = 0; turn < mostTurns; turn++) {
    frame.execution.step()
    const truth = over.kind === 'nothing' ? true : frame.test(over.test, loop.line, under)
    if (truth === false) return 'next'
    if (truth === undefined) return runSomeTimes(frame, loop, under)
    const flow = frame.run(loop.steps, null)
    if (flow === 'next') continue
    if ('perhaps' in flow) {
      const outer = flow.perhaps.filter((left) => !isMeant(left, loop.label))
      if (flow.perhaps.every((left) => left.how === 'continue' && isMeant(left, loop.label))) continue
      return perhaps([...outer, ...leavesOf(runSomeTimes(frame, loop, under))])
    }
    if (!isMeant(flow, loop.label)) return flow
    if (flow.how === 'exit') return 'next'
  }
  throw new GiveUp('a loop that goes on for longer than it is followed')
}
