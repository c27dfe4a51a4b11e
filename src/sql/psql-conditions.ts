import { booleanOf, type PsqlCommand } from './psql-command.ts'

interface Branch {
  readonly start: number
  /** null: it is not known whether psql runs it. */
  live: boolean | null
  taken: boolean
}

/** The `\if`, `\elif`, `\else`, `\endif` that are open at a place of a script. */
export class PsqlConditions {
  readonly #branches: Branch[] = []

  /** Whether psql runs what stands here: certainly, certainly not, or (null) not to be told. */
  get live(): boolean | null {
    if (this.#branches.length === 0) return true
    if (this.#branches.some(({ live }) => live === false)) return false
    return this.#branches.some(({ live }) => live === null) ? null : true
  }

  /** Where the outermost open `\if` stands. */
  get open(): number | null {
    return this.#branches[0]?.start ?? null
  }

  /**
   * False if the command is no conditional. A number is where the `\if` stands that the command closes and that could
   * not be decided.
   */
  apply({ name, start, arguments: [condition] }: PsqlCommand): boolean | number {
    const branch = this.#branches.at(-1)
    const live = booleanOf(condition)
    if (name === 'if') this.#branches.push({ start, live, taken: live === true })
    else if (branch === undefined || !(name === 'elif' || name === 'else' || name === 'endif')) return false
    else if (name === 'endif') {
      this.#branches.pop()
      if (branch.live === null && this.live === true) return branch.start
    } else if (branch.live !== null) {
      branch.live = branch.taken ? false : name === 'else' || live
      branch.taken ||= branch.live === true
    }
    return true
  }
}
