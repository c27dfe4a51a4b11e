import type { Severity } from '../findings/finding.ts'
import type { Focus, RelationId } from '../model/schema-model.ts'
import type { Isolation } from '../policy/isolation.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { Check, Found, RelationPart } from './define-check.ts'
import { checks } from './index.ts'

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

/** What is to be examined. */
export interface Examination {
  /** For every check. */
  readonly focus: Focus
  /** Beside it, for the checks that look at them: which parts of relations moved. */
  readonly moved: ReadonlyMap<RelationId, readonly RelationPart[]>
}

/** Whether a check looks at a relation of which these parts moved, and nothing else. */
export function looksAt({ reads }: Check, parts: readonly RelationPart[]): boolean {
  return reads === undefined || parts.some((part) => reads.includes(part))
}

/** What the checks see of what is asked for; of everything, where nothing is. */
export function examine(
  active: readonly ActiveCheck[],
  tenancy: Tenancy,
  isolation: Isolation,
  examination: Examination | null,
): Map<string, Defect> {
  return new Examiner(active, tenancy).examine(isolation, examination)
}

/** Examines again and again. */
export class Examiner {
  /** Checks that look at the same parts, and so at the same relations. */
  readonly #groups: readonly (readonly [ActiveCheck, ...ActiveCheck[]])[]
  readonly #tenancy: Tenancy

  constructor(active: readonly ActiveCheck[], tenancy: Tenancy) {
    const groups = new Map<string | undefined, [ActiveCheck, ...ActiveCheck[]]>()
    for (const one of active) {
      const reads = one.check.reads?.join()
      const group = groups.get(reads)
      if (group === undefined) groups.set(reads, [one])
      else group.push(one)
    }
    this.#groups = [...groups.values()]
    this.#tenancy = tenancy
  }

  examine(isolation: Isolation, examination: Examination | null): Map<string, Defect> {
    const defects = new Map<string, Defect>()
    for (const group of this.#groups) {
      const focus = examination === null ? null : focusOf(group[0].check, examination)
      if (focus !== null && isEmpty(focus)) continue
      const model = isolation.focusOn(focus)
      for (const { check, severity } of group) {
        for (const found of check.find(model, this.#tenancy, isolation)) {
          const key = freeKey(defects, `${check.id}\0${found.subject}`)
          defects.set(key, { check, severity, found, key })
        }
      }
    }
    return defects
  }
}

function focusOf(check: Check, { focus, moved }: Examination): Focus {
  if (check.reads?.length === 0) return focus
  const beside = [...moved.keys()].filter((id) => looksAt(check, moved.get(id) ?? []))
  return beside.length === 0 ? focus : { ...focus, relations: new Set([...focus.relations, ...beside]) }
}

function isEmpty({ relations, routines, unmodelled, cluster }: Focus): boolean {
  return relations.size + routines.size + unmodelled.size === 0 && !cluster
}

/** A check may find several defects of one subject: two unmodelled statements of the same text. */
function freeKey(taken: ReadonlyMap<string, unknown>, key: string): string {
  if (!taken.has(key)) return key
  let count = 2
  while (taken.has(`${key}\0${count}`)) count++
  return `${key}\0${count}`
}
