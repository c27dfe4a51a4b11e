import type { RelationId } from '../../model/schema-model.ts'
import type { InnerPlace, StatementContext } from '../context.ts'
import { type Effect, summary } from '../effects.ts'
import type { Rows } from './select.ts'
import type { ExceptionHandler } from './steps.ts'

/** An exception that is surely raised. */
export class Raised extends Error {
  override readonly name = 'Raised'
  /** What a handler can name: `duplicate_object`; of the model's own answers `duplicate` or `undefined`. */
  readonly condition: string

  constructor(condition: string) {
    super(condition)
    this.condition = condition
  }
}

/** It can't be told whether a statement raises an exception that a handler around it catches. */
export class Doubt extends Error {
  override readonly name = 'Doubt'
}

/** Code that goes on for longer than it is followed. */
export class GiveUp extends Error {
  override readonly name = 'GiveUp'
}

/** What may keep code from running: `IF`, `an EXCEPTION handler`; null where it is certain to run. */
export type Under = string | null

/** What the function of a trigger is under: whether it fires may depend on rows, and on a condition of its own. */
export const asTrigger = 'a trigger'

const mostSteps = 50_000
const mostRows = 300_000
const deepestCall = 40

interface Report extends Effect {
  /** What is told as one. */
  readonly group: string
  readonly place: InnerPlace
}

/** One statement of the history that runs code, with all code that it calls. */
export class Execution {
  readonly context: StatementContext
  readonly tables: ReadonlyMap<string, Rows>
  /** The handlers around what runs, innermost last. */
  readonly guards: (readonly ExceptionHandler[])[] = []
  /** What is said of the routines that are running, outermost first. */
  readonly calls: string[] = []
  /** Whether only what earlier unmodelled statements don't cover is reported. */
  isQuiet = false
  /** Whether it runs for objects that the model doesn't have: computed statements that touch no relation change nothing in it. */
  isElsewhere = false
  readonly #reported = new Set<string>()
  readonly #reports: Report[] = []
  #steps = 0
  #rows = 0
  readonly #running = new Set<string>()
  #most = mostSteps

  constructor(context: StatementContext, tables: ReadonlyMap<string, Rows>) {
    this.context = context
    this.tables = tables
  }

  /** Counts a step. */
  step(): void {
    this.#steps++
    if (this.#steps > this.#most) throw new GiveUp('more steps than are followed')
  }

  /** Counts rows that a query looks through. */
  readonly spend = (rows: number): void => {
    this.#rows += rows
    if (this.#rows > mostRows) throw new GiveUp('more rows than are looked through')
  }

  /** Runs something unless it runs already, or ran when all was as it is. */
  once(what: string, run: () => void): void {
    const key = `${what} ${this.context.state.journal.mark()}`
    if (this.#running.has(what) || this.#running.has(key)) return
    this.#running.add(what)
    try {
      run()
    } finally {
      this.#running.delete(what)
      this.#running.add(key)
    }
  }

  /** Runs something that has that many steps at most; throws `GiveUp` for more, and counts them no more. */
  briefly<T>(steps: number, run: () => T): T {
    const before = { steps: this.#steps, most: this.#most }
    this.#most = Math.min(this.#most, this.#steps + steps)
    try {
      return run()
    } finally {
      this.#steps = before.steps
      this.#most = before.most
    }
  }

  get isDeep(): boolean {
    return this.calls.length >= deepestCall
  }

  /** Reports something that may have been done; it is told at the end. */
  report(place: InnerPlace, reason: string, affects: readonly RelationId[] | null): void {
    const { state } = this.context
    if (this.isQuiet && affects?.every((id) => state.announced.has(id))) return
    const whole = [...new Set(this.calls), reason].join(': ')
    const key = `${place.source.start} ${whole} ${affects?.join() ?? '*'}`
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    state.announce(affects ?? [])
    const group = this.calls.length > 0 ? `${place.source.start}` : `${place.source.start} ${reason}`
    this.#reports.push({ group, place, reason: whole, affects })
  }

  /** Tells what was reported: what routines do that are called as one for each place, else each statement of the code once. */
  finish(): void {
    const groups = new Map<string, Report[]>()
    for (const report of this.#reports) {
      const known = groups.get(report.group)
      if (known === undefined) groups.set(report.group, [report])
      else known.push(report)
    }
    for (const reports of groups.values()) {
      const effect = summary(reports)
      const [first] = reports
      if (effect !== null && first !== undefined) {
        this.context.within(first.place).unmodelled(effect.reason, effect.affects)
      }
    }
    this.#reports.length = 0
  }

  /** Where it stands, to go back to by `undo`. */
  checkpoint(): Checkpoint {
    return { mark: this.context.state.journal.mark(), reports: this.#reports.length }
  }

  /** Takes back what was done and reported since. */
  undo({ mark, reports }: Checkpoint): void {
    this.context.state.journal.rollbackTo(mark)
    this.#reports.length = reports
    this.#reported.clear()
  }
}

export interface Checkpoint {
  readonly mark: number
  readonly reports: number
}
