import { isInclusion, type PsqlCommand } from './psql-command.ts'

/** What the variables of psql stand for as a script is read. */
export class PsqlVariables {
  readonly values: Map<string, string>
  readonly #given: Readonly<Record<string, string>>

  /** `values` changes as the script is read; `given` stands in for what only a shell can tell (backticks). */
  constructor(values: Map<string, string>, given: Readonly<Record<string, string>>) {
    this.values = values
    this.#given = given
  }

  /** Follows a command that psql runs. */
  apply(command: PsqlCommand): void {
    const [variable, ...values] = command.arguments
    if (command.name !== 'set' || typeof variable !== 'string') {
      this.#forget(command)
      return
    }
    const known = values.includes(null) ? this.#givenFor(variable) : values.join('')
    if (known === undefined) this.values.delete(variable)
    else this.values.set(variable, known)
  }

  /** Follows a command that psql may or may not run: what it would set is not known after it. */
  applyPerhaps(command: PsqlCommand): void {
    if (isInclusion(command.name)) this.values.clear()
    else this.#forget(command)
  }

  #givenFor(variable: string): string | undefined {
    return Object.hasOwn(this.#given, variable) ? this.#given[variable] : undefined
  }

  /** What the command may set is not known; all variables, where their names are not known either. */
  #forget({ name, arguments: variables }: PsqlCommand): void {
    if (name === 'gset') this.values.clear()
    if (!['set', 'unset', 'prompt', 'getenv'].includes(name)) return
    if (variables.includes(null)) this.values.clear()
    for (const variable of variables) this.values.delete(variable ?? '')
  }
}
