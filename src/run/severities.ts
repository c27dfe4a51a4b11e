import { type ActiveCheck, activeChecks } from '../checks/examine.ts'
import type { Config } from '../config/config.ts'
import type { Severity } from '../findings/finding.ts'

/** How severe the config takes what a check finds, in one file and in another. */
export class Severities {
  readonly #checks: Config['checks']
  readonly #paths: Config['paths']

  constructor(config: Config | null) {
    this.#checks = config?.checks ?? {}
    this.#paths = config?.paths ?? []
  }

  /** The checks that are on for some file. */
  active(): readonly ActiveCheck[] {
    const switchedOn = this.#paths.flatMap(({ checks }) =>
      Object.entries(checks).filter(([id, severity]) => severity !== 'off' && this.#checks[id] === 'off'),
    )
    return activeChecks({ ...this.#checks, ...Object.fromEntries(switchedOn) })
  }

  /** Whether what tells findings of this id is on for some file. */
  isOn(id: string): boolean {
    return this.#checks[id] !== 'off' || this.#paths.some(({ checks }) => (checks[id] ?? 'off') !== 'off')
  }

  /** The last path that holds the file and names the check decides, then the config as a whole, then the check. */
  of(check: { readonly id: string; readonly severity: Severity }, file: string | null): Severity | 'off' {
    const path = this.#paths.findLast(
      ({ holds, checks }) => file !== null && Object.hasOwn(checks, check.id) && holds(file),
    )
    return path?.checks[check.id] ?? this.#checks[check.id] ?? check.severity
  }
}
