import type { Policy, Relation, Routine, SchemaModel } from '../../model/schema-model.ts'
import { constantOf } from '../../policy/constants.ts'
import { isCurrentSetting, RoutineBodies } from '../../policy/routines.ts'
import { type NodeKind, type NodeOf, strings, walk } from '../../sql/node.ts'

/** The settings of an application that policies read, themselves or in functions that they call, with how many policies do. */
export function settingsOfPolicies(
  model: SchemaModel,
  tables: readonly Relation[],
): ReadonlyMap<string, number> {
  const reading = new Reading(model)
  const counts = new Map<string, number>()
  for (const { policies } of tables) {
    for (const policy of policies) {
      for (const setting of reading.settingsOf(policy)) counts.set(setting, (counts.get(setting) ?? 0) + 1)
    }
  }
  return counts
}

class Reading {
  readonly #routines = new Map<string, Routine[]>()
  readonly #bodies = new RoutineBodies()
  readonly #settings = new Map<string, ReadonlySet<string>>()

  constructor(model: SchemaModel) {
    for (const routine of model.routines.values()) {
      for (const name of [routine.name, `${routine.namespace}.${routine.name}`])
        this.#routines.set(name, [...(this.#routines.get(name) ?? []), routine])
    }
  }

  settingsOf({ using, withCheck }: Policy): ReadonlySet<string> {
    const found = new Set<string>()
    walk([using, withCheck], (kind: NodeKind, value: unknown) => {
      if (kind !== 'FuncCall') return true
      const { funcname, args = [] } = value as NodeOf<'FuncCall'>
      const name = strings(funcname)
      const setting = args[0] === undefined ? undefined : constantOf(args[0])
      if (isCurrentSetting(name)) add(found, setting)
      else for (const one of this.#ofRoutine(name.join('.'))) found.add(one)
      return true
    })
    return found
  }

  #ofRoutine(name: string): ReadonlySet<string> {
    const known = this.#settings.get(name)
    if (known !== undefined) return known
    const found = new Set<string>()
    this.#settings.set(name, found)
    for (const routine of this.#routines.get(name) ?? []) {
      const { settings, calls } = this.#bodies.mentionsOf(routine)
      for (const setting of settings) add(found, setting)
      for (const called of calls) for (const one of this.#ofRoutine(called)) found.add(one)
    }
    return found
  }
}

/** The claims of a platform are no settings of the application, and a name without a prefix is one of PostgreSQL. */
function add(found: Set<string>, setting: unknown): void {
  if (typeof setting !== 'string' || !setting.includes('.') || setting.startsWith('request.')) return
  found.add(setting)
}
