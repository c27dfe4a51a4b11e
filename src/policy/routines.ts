import type { Routine, SchemaModel } from '../model/schema-model.ts'
import { printQuery } from '../sql/expression.ts'
import { tokensOf } from '../sql/tokens.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'

/** What the body of a routine names: relations and columns, what it calls, and the settings that it reads. */
interface Mentions {
  readonly names: readonly string[]
  readonly calls: readonly string[]
  readonly settings: readonly string[]
}

/** What the bodies of routines mention. A body is read once, whatever models it is part of. */
export class RoutineBodies {
  readonly #mentions = new WeakMap<Routine, Mentions>()

  mentionsOf(routine: Routine): Mentions {
    let mentions = this.#mentions.get(routine)
    if (mentions === undefined) {
      mentions = readMentions(routine)
      this.#mentions.set(routine, mentions)
    }
    return mentions
  }
}

function readMentions(routine: Routine): Mentions {
  const tokens = tokensOf(routine.body ?? (routine.sqlBody ?? []).map(printQuery).join(';\n'))
  const mentions = { names: [] as string[], calls: [] as string[], settings: [] as string[] }
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]?.kind !== 'name') continue
    const parts = [tokens[at]?.value ?? '']
    while (tokens[at + 1]?.value === '.' && tokens[at + 2]?.kind === 'name') {
      parts.push(tokens[at + 2]?.value ?? '')
      at += 2
    }
    const name = parts.join('.')
    const isCall = tokens[at + 1]?.value === '('
    const argument = tokens[at + 2]
    if (isCall && parts.at(-1) === 'current_setting' && argument?.kind === 'string') {
      mentions.settings.push(argument.value)
    } else (isCall ? mentions.calls : mentions.names).push(name)
  }
  return mentions
}

/** What is known of a function that a policy calls. */
export interface RoutineReading {
  /** Its result depends on the tenant context. */
  readonly readsContext: boolean
  /** It looks into the memberships. */
  readonly readsMemberships: boolean
}

/** Which routines of a model stand for the tenant context, by what is declared or, where nothing is, by their bodies. */
export class ContextRoutines {
  readonly #model: SchemaModel
  readonly #tenancy: Tenancy
  readonly #bodies: RoutineBodies
  readonly #readings = new Map<string, RoutineReading>()
  #byName: Map<string, Routine[]> | null = null

  constructor(model: SchemaModel, tenancy: Tenancy, bodies: RoutineBodies) {
    this.#model = model
    this.#tenancy = tenancy
    this.#bodies = bodies
  }

  /** `name`: as written, with its namespace where the model has the routine. */
  read(name: readonly string[]): RoutineReading {
    const dotted = name.join('.')
    if (platformContext.has(dotted)) return { readsContext: true, readsMemberships: false }
    const { functions } = this.#tenancy.context
    if (functions.length > 0) {
      return { readsContext: functions.includes(dotted), readsMemberships: false }
    }
    return this.#reading(dotted)
  }

  /** Whether a setting holds the tenant context: a declared one, or any of an application where none is declared. */
  isContextSetting(setting: string): boolean {
    const { tenantSetting, userSetting } = this.#tenancy.context
    const name = setting.toLowerCase()
    if (name.startsWith('request.jwt.')) return true
    if (tenantSetting === null && userSetting === null) return name.includes('.')
    return name === tenantSetting?.toLowerCase() || name === userSetting?.toLowerCase()
  }

  #reading(name: string): RoutineReading {
    const known = this.#readings.get(name)
    if (known !== undefined) return known
    this.#readings.set(name, { readsContext: false, readsMemberships: false })
    const routines = this.#routinesNamed(name)
    const reading = {
      readsContext: routines.length > 0 && routines.every((routine) => this.#readsContext(routine)),
      readsMemberships: routines.length > 0 && routines.every((routine) => this.#readsMemberships(routine)),
    }
    this.#readings.set(name, reading)
    return reading
  }

  #readsContext(routine: Routine): boolean {
    const { calls, settings } = this.#bodies.mentionsOf(routine)
    return (
      settings.some((setting) => this.isContextSetting(setting)) ||
      calls.some((name) => platformContext.has(name) || this.#reading(name).readsContext)
    )
  }

  #readsMemberships(routine: Routine): boolean {
    const relation = this.#tenancy.memberships?.relation
    if (relation === undefined) return false
    const bare = relation.slice(relation.indexOf('.') + 1)
    const { names, calls } = this.#bodies.mentionsOf(routine)
    return (
      names.some((name) => name === relation || name === bare) ||
      calls.some((name) => this.#reading(name).readsMemberships)
    )
  }

  #routinesNamed(name: string): readonly Routine[] {
    if (this.#byName === null) {
      this.#byName = new Map()
      for (const routine of this.#model.routines.values()) {
        for (const key of [routine.name, `${routine.namespace}.${routine.name}`]) {
          const overloads = this.#byName.get(key)
          if (overloads === undefined) this.#byName.set(key, [routine])
          else overloads.push(routine)
        }
      }
    }
    return this.#byName.get(name) ?? []
  }
}

/** Functions by which Supabase tells who is asking. */
const platformContext: ReadonlySet<string> = new Set(['auth.uid', 'auth.jwt'])
