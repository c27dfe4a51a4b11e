import type { Check, Found } from '../checks/define-check.ts'
import { checks } from '../checks/index.ts'
import type { Severity } from '../findings/finding.ts'
import type { Focus } from '../model/schema-model.ts'
import type { Isolation } from '../policy/isolation.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'

/** A check that is switched on, with the severity that the config gives it. */
export interface ActiveCheck {
  readonly check: Check
  readonly severity: Severity
}

/** One defect that a check sees in the model as it stands. */
export interface Defect extends ActiveCheck {
  readonly found: Found
  /** The same defect keeps its key from one file end to the next. */
  readonly key: string
}

export function activeChecks(severities: Readonly<Record<string, Severity | 'off'>>): ActiveCheck[] {
  return checks.flatMap((check) => {
    const severity = severities[check.id] ?? check.severity
    return severity === 'off' ? [] : [{ check, severity }]
  })
}

/** What the checks see of what `focus` asks for. */
export function examine(
  active: readonly ActiveCheck[],
  tenancy: Tenancy,
  isolation: Isolation,
  focus: Focus | null,
): Map<string, Defect> {
  const model = isolation.focusOn(focus)
  const defects = new Map<string, Defect>()
  for (const { check, severity } of active) {
    for (const found of check.find(model, tenancy, isolation)) {
      const key = freeKey(defects, `${check.id}\0${found.subject}`)
      defects.set(key, { check, severity, found, key })
    }
  }
  return defects
}

/** A check may find several defects of one subject: two unmodelled statements of the same text. */
function freeKey(taken: ReadonlyMap<string, unknown>, key: string): string {
  if (!taken.has(key)) return key
  let count = 2
  while (taken.has(`${key}\0${count}`)) count++
  return `${key}\0${count}`
}
