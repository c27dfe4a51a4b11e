import type { Node } from 'libpg-query'
import { as, kindOf } from '../../sql/node.ts'
import { parseStatements } from '../../sql/parse.ts'
import { hasStandIn } from '../../sql/stand-in.ts'
import type { InnerPlace } from '../context.ts'
import { isDataStatement, partialEffects, queryEffects, statementEffects } from '../effects.ts'
import { runBlock } from './blocks.ts'
import { Doubt, type Execution, Raised, type Under } from './execution.ts'
import { Evaluator } from './expression.ts'
import { type Flow, type Left, leavesOf, perhaps, surelyRaises } from './flow.ts'
import { statementText } from './format.ts'
import { catchNamesOnly, checkQueryRuns, checkRuns } from './handlers.ts'
import { runLoop } from './loops.ts'
import { runQuery } from './queries.ts'
import type { Rows } from './select.ts'
import type { Arm, Sql, Step, Target } from './steps.ts'
import { assign, assignRow, forget, found } from './targets.ts'
import { isUnknown, Row, unknown, type Value } from './value.ts'
import { join, restore, type Snapshot, type Variable, Variables } from './variables.ts'

/** Where a piece of SQL of the code stands: `line` counts from 1 in the body. */
export type PlaceOf = (sql: string, line: number) => InnerPlace

/** Code that runs: a DO block, or a call of a routine. */
export class Frame {
  readonly execution: Execution
  readonly variables: Variables
  readonly placeOf: PlaceOf

  constructor(execution: Execution, variables: Variables, placeOf: PlaceOf) {
    this.execution = execution
    this.variables = variables
    this.placeOf = placeOf
  }

  /** Runs steps in order. Those after one that may leave are run as what may not be reached. */
  run(steps: readonly Step[], under: Under): Flow {
    let within = under
    const leaves: Left[] = []
    for (const step of steps) {
      this.execution.step()
      const flow = this.#step(step, within)
      if (flow === 'next') continue
      if (!('perhaps' in flow)) return leaves.length === 0 ? flow : perhaps([...leaves, flow])
      leaves.push(...flow.perhaps)
      within ??= 'a conditional RETURN'
    }
    return perhaps(leaves)
  }

  #step(step: Step, under: Under): Flow {
    switch (step.kind) {
      case 'statement':
        this.runStatements(step.sql.statements, this.placeOf(step.sql.source, step.line), under, step.into)
        return 'next'
      case 'assign':
        assign(this, step.target, this.evaluate(step.sql, step.line, under))
        return 'next'
      case 'expression':
        this.evaluate(step.sql, step.line, under)
        return 'next'
      case 'subject':
        this.variables.declare(step.variable, {
          type: null,
          value: this.evaluate(step.sql, step.line, under),
        })
        return 'next'
      case 'execute':
        this.runComputed(step.sql, step.params, step.line, under, step.into)
        return 'next'
      case 'branch':
        return this.#branch(step, under)
      case 'loop':
        return runLoop(this, step, under)
      case 'block':
        return runBlock(this, step, under)
      case 'leave':
        return this.#leave(step, under)
      case 'emit':
        if (step.sql !== null) this.evaluate(step.sql, step.line, under)
        return 'next'
      case 'raise':
        return this.#raise(step, under)
      case 'forget':
        forget(this, step.target)
        return 'next'
      case 'unknown':
        this.report(this.placeOf('', step.line), step.construct, null)
        return 'next'
    }
  }

  report(place: InnerPlace, reason: string, affects: readonly string[] | null): void {
    this.execution.report(place, reason, affects)
  }

  /** The value of an expression; routines of the history that it calls run. */
  evaluate(sql: Sql, line: number, under: Under): Value {
    const [statement] = sql.statements
    if (statement === undefined || !('node' in statement)) return unknown
    const place = this.placeOf(sql.source, line)
    const rows = runQuery(this, statement.node, place, under, this.variables)
    const [row, another] = rows.rows
    const value = this.#single(row, another)
    if (isUnknown(value)) this.#doubtUnknown(under)
    return value
  }

  #single(row: Rows['rows'][number] | undefined, another: Rows['rows'][number] | undefined): Value {
    if (row === undefined) return null
    return another !== undefined || !row.isSure || row.isDoubtful
      ? unknown
      : ([...row.row.fields.values()][0] ?? null)
  }

  /** What is not known may fail. */
  #doubtUnknown(under: Under): void {
    const { guards } = this.execution
    if (under === null && guards.length > 0 && !catchNamesOnly(guards.flat()))
      throw new Doubt('an unknown value')
  }

  /** Whether a condition holds; `isDoubtful` where that rests on what an unmodelled statement may have changed. */
  #test(sql: Sql, line: number, under: Under): { truth: boolean | undefined; isDoubtful: boolean } {
    const { state } = this.execution.context
    const [statement] = sql.statements
    if (statement === undefined || !('node' in statement)) return { truth: undefined, isDoubtful: false }
    if (queryEffects(state, statement.node).length > 0) {
      const value = this.evaluate(sql, line, under)
      return { truth: isUnknown(value) ? undefined : value === true, isDoubtful: false }
    }
    const evaluator = new Evaluator(this.surroundings(this.variables))
    const truth = evaluator.condition(sql.expression, null)
    if (truth === undefined) this.#doubtUnknown(under)
    return { truth: truth === undefined ? undefined : truth === true, isDoubtful: evaluator.isDoubtful }
  }

  surroundings(variables: Variables | null) {
    const { context, tables } = this.execution
    return { state: context.state, variables, call: null, unsure: null, tables }
  }

  test(sql: Sql, line: number, under: Under): boolean | undefined {
    const { truth, isDoubtful } = this.#test(sql, line, under)
    return isDoubtful ? undefined : truth
  }

  #branch({ arms, construct, line }: Step & { readonly kind: 'branch' }, under: Under): Flow {
    const possible: Arm[] = []
    const isGuarded = this.execution.guards.length > 0
    for (const [at, arm] of arms.entries()) {
      const { truth, isDoubtful } =
        arm.test === null ? { truth: true, isDoubtful: false } : this.#test(arm.test, line, under)
      if (isDoubtful && truth !== undefined) {
        if (under === null && possible.length === 0)
          return this.#presume(arms.slice(at), truth, construct, line)
        possible.push(arm)
      } else if (truth === true) {
        possible.push(arm)
        break
      } else if (truth === undefined && (isGuarded || !surelyRaises(arm.steps))) possible.push(arm)
    }
    const [first] = possible
    if (possible.length === 1 && first !== undefined) return this.run(first.steps, under)
    return this.either(possible, (arm) =>
      this.run(arm.steps, isHarmlessToRun(arm.steps) ? under : (under ?? construct)),
    )
  }

  /** One of several runs, it is not known which. */
  either<T>(choices: readonly T[], run: (choice: T) => Flow): Flow {
    const before = this.variables.snapshot()
    const after: Snapshot[] = []
    const leaves: Left[] = []
    for (const choice of choices) {
      restore(before)
      leaves.push(...leavesOf(run(choice)))
      after.push(this.variables.snapshot())
    }
    join(after)
    return perhaps(leaves)
  }

  /**
   * The arm that runs by what the model holds, where an unmodelled statement may have changed that: what it moves and what the
   * others may do is reported unless it was before.
   */
  #presume(arms: readonly Arm[], isFirst: boolean, construct: string, line: number): Flow {
    const { context } = this.execution
    const [first, ...others] = arms
    if (first === undefined) return 'next'
    const rest: Step = { kind: 'branch', construct: 'IF', arms: others, line }
    const taken = isFirst ? first.steps : [rest]
    const untaken = isFirst ? [rest] : first.steps
    const before = this.variables.snapshot()
    const mark = context.state.journal.mark()
    const flow = this.run(taken, null)
    const after = this.variables.snapshot()
    this.announceMoves(mark, construct, line)
    restore(before)
    const leaves = this.quietly(() => leavesOf(this.run(untaken, construct)))
    join([after, this.variables.snapshot()])
    return leaves.length === 0 ? flow : perhaps([...leavesOf(flow), ...leaves])
  }

  /** Reports what was moved since a mark, where it rests on what an unmodelled statement may have changed. */
  announceMoves(mark: number, construct: string, line: number): void {
    const { state } = this.execution.context
    const moved = state.movedSince(mark).filter((id) => !state.announced.has(id))
    if (moved.length > 0) {
      this.report(
        this.placeOf('', line),
        `${construct} that rests on what an unmodelled statement may have changed`,
        moved,
      )
    }
  }

  quietly<T>(run: () => T): T {
    const { execution } = this
    const before = execution.isQuiet
    execution.isQuiet = true
    try {
      return run()
    } finally {
      execution.isQuiet = before
    }
  }

  #leave({ leave, test, line }: Step & { readonly kind: 'leave' }, under: Under): Flow {
    const truth = test === null ? true : this.test(test, line, under)
    if (truth === false) return 'next'
    const left: Left =
      leave.how === 'return'
        ? { how: 'return', label: null, value: this.#returned(leave, line, under) }
        : { how: leave.how, label: leave.label, value: null }
    return truth ? left : perhaps([left])
  }

  #returned(
    { value, paths }: { value: Sql | null; paths: readonly (readonly string[])[] },
    line: number,
    under: Under,
  ): Value {
    if (value !== null) return this.evaluate(value, line, under)
    const [path, second] = paths
    if (path === undefined) return unknown
    if (second === undefined) return this.#variable(path)
    return new Row(new Map(paths.map((each) => [each.at(-1) ?? '', this.#variable(each)])), false)
  }

  #variable(path: readonly string[]): Value {
    const value = this.variables.read(path)
    return value === undefined ? unknown : value
  }

  /** Without a handler around it the exception ends the migration, which it didn't: what may raise one surely did not. */
  #raise({ condition }: Step & { readonly kind: 'raise' }, under: Under): Flow {
    if (under === null) throw new Raised(condition ?? 'a condition that is raised again')
    return { how: 'return', label: null, value: unknown }
  }

  /** EXECUTE. */
  runComputed(sql: Sql, params: readonly Sql[], line: number, under: Under, into: Target | null): void {
    const place = this.placeOf(sql.source, line)
    const text = statementText(this.evaluate(sql, line, under))
    const used = params.map((param): Variable => ({ type: null, value: this.evaluate(param, line, under) }))
    if (text === null) {
      this.report(place, 'EXECUTE of a computed string', null)
      if (into !== null) forget(this, into)
      return
    }
    const inner = { ...place, text, offsetOf: () => place.source.start }
    if (!hasStandIn(text)) this.runStatements(parseStatements(text), inner, under, into, new Variables(used))
    else {
      if (into !== null) forget(this, into)
      this.#runPartly(text, place, under)
    }
  }

  #runPartly(text: string, place: InnerPlace, under: Under): void {
    const { context, guards } = this.execution
    const { state } = context
    if (under === null && guards.length > 0) throw new Doubt('a computed statement')
    for (const statement of parseStatements(text)) {
      if (!('node' in statement)) this.report(place, 'EXECUTE of a computed string', null)
      else {
        for (const { reason, affects } of partialEffects(state, statement.node))
          this.report(place, reason, affects)
      }
    }
  }

  runStatements(
    statements: Sql['statements'],
    place: InnerPlace,
    under: Under,
    into: Target | null,
    variables: Variables = this.variables,
  ): void {
    for (const statement of statements) {
      if ('node' in statement) this.#runStatement(statement.node, place, under, into, variables)
      else {
        this.report(place, statement.error, null)
        if (into !== null) forget(this, into)
      }
    }
  }

  #runStatement(
    node: Node,
    place: InnerPlace,
    under: Under,
    into: Target | null,
    variables: Variables,
  ): void {
    if (isDataStatement(node)) {
      if (under === null) checkQueryRuns(this.execution, node)
      const rows = runQuery(this, node, place, under, variables)
      if (into !== null) assignRow(this, into, rows)
      if (variables === this.variables) found(this, rows)
      return
    }
    if (under === null) {
      checkRuns(this.execution, node)
      this.execution.context.replayInside(node, place)
      return
    }
    for (const { reason, affects } of statementEffects(this.execution.context.state, node)) {
      this.report(place, `${reason} under ${under}`, affects)
    }
  }
}

/** What is there afterwards in any case: where a condition keeps it from being made, it is there already. */
function isHarmlessToRun(steps: readonly Step[]): boolean {
  return (
    steps.length > 0 &&
    steps.every(
      (step) =>
        step.kind === 'statement' &&
        step.sql.statements.every((each) => 'node' in each && isMaker(each.node)),
    )
  )
}

function isMaker(node: Node): boolean {
  const kind = kindOf(node)
  if (kind === 'CreateRoleStmt' || kind === 'CreateExtensionStmt') return true
  return as(node, 'CreateSchemaStmt') !== undefined && as(node, 'CreateSchemaStmt')?.schemaElts === undefined
}
