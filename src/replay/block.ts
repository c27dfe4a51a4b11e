import type { Node } from 'libpg-query'
import { as, kindOf } from '../sql/node.ts'
import { parseStatements } from '../sql/parse.ts'
import { conditionValue } from './conditions.ts'
import type { InnerPlace, StatementContext } from './context.ts'
import { partialEffects, queryEffects, statementEffects } from './effects.ts'
import { outcomeOf } from './outcomes.ts'
import type { Arm, ExceptionHandler, Step } from './plpgsql.ts'
import { type ExecutedQuery, executedQuery } from './routine-code.ts'

/** Where a piece of SQL of a block stands: `line` counts from 1 in the body. */
export type PlaceOf = (sql: string, line: number) => InnerPlace

/** A statement or value of a block, parsed and placed. */
interface Placed {
  readonly node: Node
  readonly place: InnerPlace
}

/** What may keep a step from running: `IF`, `an EXCEPTION handler`; null where it is certain to run. */
type Under = string | null

/**
 * Runs the steps of a DO block: what is certain to run is replayed, what may run and may do something to the schema is
 * unmodelled.
 */
export class Block {
  readonly #context: StatementContext
  readonly #placeOf: PlaceOf

  constructor(context: StatementContext, placeOf: PlaceOf) {
    this.#context = context
    this.#placeOf = placeOf
  }

  /** Returns what the steps after these are under. */
  run(steps: readonly Step[], from: Under): Under | 'unreachable' {
    let under = from
    for (const step of steps) {
      if (under === null && (step.kind === 'leave' || step.kind === 'raise')) return 'unreachable'
      const next = this.#step(step, under)
      if (next === 'unreachable') return next
      under = next
    }
    return under
  }

  #step(step: Step, under: Under): Under | 'unreachable' {
    switch (step.kind) {
      case 'statement':
      case 'expression':
      case 'execute':
        for (const placed of this.#placed(step)) this.#apply(placed, under)
        return under
      case 'unknown':
        this.#report(this.#placeOf('', step.line), step.construct, null)
        return under
      case 'branch':
        return this.#branch(step, under)
      case 'block':
        return this.#block(step, under)
      default:
        return under
    }
  }

  /** The statements of a step; what can't be read is reported and left out. */
  #placed(step: Step & { readonly sql: string }): Placed[] {
    const outer = this.#placeOf(step.sql, step.line)
    const executed = step.kind === 'execute' ? executedQuery(step.sql) : null
    const literal = executed?.text ?? null
    if (executed !== null && literal === null) this.#reportExecuted(executed, outer)
    const place = literal === null ? outer : { ...outer, text: literal, offsetOf: () => outer.source.start }
    return parseStatements(literal ?? step.sql).flatMap((statement): Placed[] => {
      if ('node' in statement) return [{ node: statement.node, place }]
      this.#report(place, statement.error, null)
      return []
    })
  }

  #reportExecuted({ partial }: ExecutedQuery, place: InnerPlace): void {
    if (partial === null) this.#report(place, 'EXECUTE of a computed string', null)
    for (const node of partial ?? []) {
      for (const { reason, affects } of partialEffects(this.#context.state, node)) {
        this.#report(place, reason, affects)
      }
    }
  }

  #apply({ node, place }: Placed, under: Under): void {
    if (under === null) this.#context.replayInside(node, place)
    else {
      for (const { reason, affects } of statementEffects(this.#context.state, node)) {
        this.#report(place, `${reason} under ${under}`, affects)
      }
    }
  }

  #branch(step: Step & { readonly kind: 'branch' }, under: Under): Under | 'unreachable' {
    const { construct, arms } = step
    for (const { test } of arms) {
      if (test === null) continue
      for (const { reason, affects } of queryEffects(this.#context.state, parseStatements(test))) {
        this.#report(this.#placeOf(test, step.line), reason, affects)
      }
    }
    if (under === null && construct === 'IF') {
      const taken = this.#takenArm(arms)
      if (taken !== undefined) return this.run(taken.steps, null)
    }
    for (const { steps } of arms) this.run(steps, this.#isHarmlessToRun(steps) ? under : (under ?? construct))
    const inLoop = construct !== 'IF' && construct !== 'CASE'
    const mayLeave = arms.some(({ steps }) => leaves(steps, inLoop))
    return mayLeave ? (under ?? 'a conditional RETURN') : under
  }

  /** The arm that runs, where the conditions before it and its own can be told. */
  #takenArm(arms: readonly Arm[]): Arm | undefined {
    for (const arm of arms) {
      if (arm.test === null) return arm
      const [statement] = parseStatements(arm.test)
      const select = statement && 'node' in statement ? as(statement.node, 'SelectStmt') : undefined
      const value = conditionValue(this.#context.state, as(select?.targetList?.[0], 'ResTarget')?.val)
      if (value === undefined) return undefined
      if (value) return arm
    }
    return undefined
  }

  /** CREATE ROLE and CREATE EXTENSION: where the condition keeps them from running, what they make is there already. */
  #isHarmlessToRun(steps: readonly Step[]): boolean {
    return steps.every((step) => {
      if (step.kind !== 'statement') return false
      const kinds = parseStatements(step.sql).map((each) => ('node' in each ? kindOf(each.node) : null))
      return kinds.every((kind) => kind === 'CreateRoleStmt' || kind === 'CreateExtensionStmt')
    })
  }

  #block({ steps, handlers }: Step & { readonly kind: 'block' }, under: Under): Under | 'unreachable' {
    if (handlers.length === 0) return this.run(steps, under)
    if (under === null && this.#try(steps, handlers)) return under
    const within = under ?? 'an EXCEPTION handler'
    this.run(steps, within)
    for (const handler of handlers) this.run(handler.steps, within)
    const mayLeave = leaves(steps, false) || handlers.some((handler) => leaves(handler.steps, false))
    return mayLeave ? (under ?? 'a conditional RETURN') : under
  }

  /**
   * A block with handlers whose statements all run, or the first that doesn't fails for a reason that a handler names,
   * which undoes the block: `CREATE TYPE ...; EXCEPTION WHEN duplicate_object THEN NULL`. False where that can't be told;
   * then nothing has been done.
   */
  #try(steps: readonly Step[], handlers: readonly ExceptionHandler[]): boolean {
    if (!steps.every((step) => step.kind === 'statement')) return false
    const { journal } = this.#context.state
    const mark = journal.mark()
    for (const placed of steps.flatMap((step) => (step.kind === 'statement' ? this.#placed(step) : []))) {
      const outcome = outcomeOf(this.#context.state, placed.node)
      const runs = outcome === 'runs-surely' || (outcome === 'runs' && handlers.every(catchesNamesOnly))
      if (runs) this.#apply(placed, null)
      else {
        journal.rollbackTo(mark)
        const handler = handlers.find((each) => catches(each, outcome))
        if (handler === undefined) return false
        this.run(handler.steps, null)
        return true
      }
    }
    return true
  }

  #report(place: InnerPlace, reason: string, affects: readonly string[] | null): void {
    this.#context.within(place).unmodelled(reason, affects)
  }
}

function isNameCondition(condition: string): boolean {
  return condition.startsWith('duplicate_') || condition.startsWith('undefined_')
}

function catchesNamesOnly({ conditions }: ExceptionHandler): boolean {
  return conditions.every(isNameCondition)
}

function catches({ conditions }: ExceptionHandler, outcome: string): boolean {
  if (outcome !== 'duplicate' && outcome !== 'undefined') return false
  return conditions.some((condition) => condition === 'others' || condition.startsWith(`${outcome}_`))
}

/** Whether a step may end more than the loop that it stands in. */
function leaves(steps: readonly Step[], inLoop: boolean): boolean {
  return steps.some((step) => {
    if (step.kind === 'leave') return step.how === 'return' || !inLoop
    if (step.kind === 'branch') {
      const isLoop = step.construct !== 'IF' && step.construct !== 'CASE'
      return step.arms.some((arm) => leaves(arm.steps, inLoop || isLoop))
    }
    if (step.kind !== 'block') return false
    return leaves(step.steps, inLoop) || step.handlers.some((handler) => leaves(handler.steps, inLoop))
  })
}
