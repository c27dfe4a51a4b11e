import type { InnerPlace } from '../context.ts'
import { queryEffects } from '../effects.ts'
import { runBlock } from './blocks.ts'
import { runBranch } from './branches.ts'
import { Doubt, type Execution, Raised, type Under } from './execution.ts'
import { Evaluator } from './expression.ts'
import { type Flow, type Left, leavesOf, perhaps } from './flow.ts'
import { catchNamesOnly } from './handlers.ts'
import { runLoop } from './loops.ts'
import { runQuery } from './queries.ts'
import type { Rows } from './select.ts'
import { runComputed, runStatements } from './statements.ts'
import type { Sql, Step } from './steps.ts'
import { assign, forget } from './targets.ts'
import { isUnknown, Row, unknown, type Value } from './value.ts'
import { join, restore, type Snapshot, type Variables } from './variables.ts'

/** Where a piece of SQL of the code stands: `line` counts from 1 in the body. */
export type PlaceOf = (sql: string, line: number) => InnerPlace

/** Code that runs: a DO block, or a call of a routine. */
export class Frame {
  readonly execution: Execution
  readonly variables: Variables
  readonly placeOf: PlaceOf

  /** The names of output parameters. */
  outputs: readonly string[] = []
  /** What RETURN NEXT and RETURN QUERY have given; null once that can't be told. */
  emitted: Rows['rows'] | null = []

  constructor(execution: Execution, variables: Variables, placeOf: PlaceOf) {
    this.execution = execution
    this.variables = variables
    this.placeOf = placeOf
  }

  /** Runs steps in order. Those after one that may leave are run as what may not be reached. */
  run(steps: readonly Step[], under: Under): Flow {
    let within = under
    const leaves: Left[] = []
    const left: Snapshot[] = []
    for (const step of steps) {
      this.execution.step()
      const flow = this.#step(step, within)
      if (flow === 'next') continue
      if (!('perhaps' in flow)) {
        if (left.length > 0) join([...left, this.variables.snapshot()])
        return leaves.length === 0 ? flow : perhaps([...leaves, flow])
      }
      leaves.push(...flow.perhaps)
      left.push(this.variables.snapshot())
      within ??= 'a conditional RETURN'
    }
    if (left.length > 0) join([...left, this.variables.snapshot()])
    return perhaps(leaves)
  }

  #step(step: Step, under: Under): Flow {
    switch (step.kind) {
      case 'statement':
        runStatements(this, step.sql.statements, this.placeOf(step.sql.source, step.line), under, step.into)
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
        runComputed(this, step, under)
        return 'next'
      case 'branch':
        return runBranch(this, step, under)
      case 'loop':
        return runLoop(this, step, under)
      case 'block':
        return runBlock(this, step, under)
      case 'leave':
        return this.#leave(step, under)
      case 'emit':
        this.#emit(step, under)
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
  tested(sql: Sql, line: number, under: Under): { truth: boolean | undefined; isDoubtful: boolean } {
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
    const { context, tables, spend } = this.execution
    return { state: context.state, variables, call: null, unsure: null, spend, tables }
  }

  test(sql: Sql, line: number, under: Under): boolean | undefined {
    const { truth, isDoubtful } = this.tested(sql, line, under)
    return isDoubtful ? undefined : truth
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

  #emit({ sql, of, line }: Step & { readonly kind: 'emit' }, under: Under): void {
    const rows = this.#emittedRows(sql, of, line, under)
    this.emitted =
      rows === null || this.emitted === null || under !== null ? null : [...this.emitted, ...rows]
  }

  #emittedRows(sql: Sql | null, of: string, line: number, under: Under): Rows['rows'] | null {
    if (of === 'outputs') {
      const fields = this.outputs.map((name) => [name, this.#variable([name])] as const)
      return [{ row: new Row(new Map(fields), false), isSure: true, isDoubtful: false }]
    }
    const [statement] = sql?.statements ?? []
    if (sql === null || statement === undefined || !('node' in statement)) return null
    const { rows } = runQuery(this, statement.node, this.placeOf(sql.source, line), under, this.variables)
    if (of === 'query') return rows
    return rows.map((each) => {
      const [value] = each.row.fields.values()
      return value instanceof Row ? { ...each, row: value } : each
    })
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
}
