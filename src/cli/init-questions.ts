import type { Readable, Writable } from 'node:stream'
import { confirm, isCancel, multiselect, type Option, select } from '@clack/prompts'
import { InputError } from '../findings/input-error.ts'
import { count, printableLine } from '../report/terminal.ts'
import type { FoundHistory } from '../run/init/find-histories.ts'
import { evidence, type OpenQuestions, roleEvidence, type Told } from '../run/init/propose-tenancy.ts'
import type { CiName } from '../run/init/workflow.ts'

/** Where questions are asked and answered. */
export interface Terminal {
  readonly input: Readable
  readonly output: Writable
}

/** Asks somebody at a terminal what the migrations leave open. */
export class Questions {
  readonly #terminal: Terminal

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  async history(histories: readonly FoundHistory[]): Promise<string> {
    const options = histories.map(({ path, layout, files }) => ({
      value: path,
      label: printableLine(path),
      hint: `${count(files, 'file')}, ${layout}`,
    }))
    return answered(
      await select({ ...this.#terminal, message: 'Which migrations does this config speak of?', options }),
    )
  }

  async tenancy(open: OpenQuestions): Promise<Told> {
    const key = await this.#tenantKey(open)
    const roles = await this.#appRoles(open)
    return { ...(key === null ? {} : { tenantKey: key }), ...(roles === null ? {} : { appRoles: roles }) }
  }

  /** Asked where there is a choice; null where nobody knows. */
  async #tenantKey({ tenantKeys, tenantKey, isEvident, tables }: OpenQuestions): Promise<string | null> {
    if (tenantKeys.length === 0 || isEvident) return null
    const possible = [...tenantKeys].sort((a, b) => b.tables - a.tables).slice(0, 8)
    const options: Option<string>[] = possible.map((one) => ({
      value: one.column,
      label: printableLine(one.column),
      hint: printableLine(evidence(one, tables)),
    }))
    const message = 'Which column names the tenant that a row belongs to?'
    const none = { value: '', label: 'none of these', hint: 'the config will ask' }
    const answer = answered(
      await select({
        ...this.#terminal,
        message,
        options: [...options, none],
        ...(tenantKey === null ? {} : { initialValue: tenantKey }),
      }),
    )
    return answer === '' ? null : answer
  }

  async #appRoles({ appRoles }: OpenQuestions): Promise<string[] | null> {
    if (appRoles.length === 0) return null
    const options = appRoles.map((role) => ({
      value: role.name,
      label: printableLine(role.name),
      hint: printableLine(roleEvidence(role)),
    }))
    const message = 'Which roles does the application connect as, or switch to? (Enter for none of these)'
    const roles = answered(await multiselect({ ...this.#terminal, message, options, required: false }))
    return roles.length === 0 ? null : roles
  }

  async hook(): Promise<boolean> {
    return await this.#yes('Refuse unsafe migrations at each commit, by a git hook?')
  }

  async job(ci: CiName): Promise<boolean> {
    return await this.#yes(`Check in CI what a branch brings, by a job for ${ci}?`)
  }

  async #yes(message: string): Promise<boolean> {
    return answered(await confirm({ ...this.#terminal, message }))
  }
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (!isCancel(answer)) return answer as Exclude<Answer, symbol>
  throw new InputError('stopped; nothing was written')
}
