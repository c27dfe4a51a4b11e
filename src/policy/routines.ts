import type { Routine, SchemaModel } from '../model/schema-model.ts'
import { printQuery } from '../sql/expression.ts'
import { readName } from '../sql/identifiers.ts'
import { tokensOf } from '../sql/tokens.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { type BareNames, readBareNames } from './bare-names.ts'
import { isOfPlatform, tenantKeyOf } from './category.ts'
import { isUserColumn } from './user-columns.ts'

/** What the body of a routine names: relations, columns and arguments, what it calls, and the settings that it reads. */
interface Mentions {
  readonly names: readonly string[]
  /** Whether an argument is taken by its number. */
  readonly numbered: boolean
  readonly calls: readonly string[]
  readonly settings: readonly string[]
}

/** What the bodies of routines mention. A body is read once, whatever models it is part of. */
export class RoutineBodies {
  readonly #mentions = new WeakMap<Routine, Mentions>()
  readonly #bareNames = new WeakMap<Routine, BareNames>()

  mentionsOf(routine: Routine): Mentions {
    let mentions = this.#mentions.get(routine)
    if (mentions === undefined) {
      mentions = readMentions(routine)
      this.#mentions.set(routine, mentions)
    }
    return mentions
  }

  bareNamesOf(routine: Routine): BareNames {
    let names = this.#bareNames.get(routine)
    if (names === undefined) {
      names = readBareNames(routine)
      this.#bareNames.set(routine, names)
    }
    return names
  }
}

function readMentions(routine: Routine): Mentions {
  const tokens = tokensOf(routine.body ?? (routine.sqlBody ?? []).map(printQuery).join(';\n'))
  const numbered = tokens.some(({ value }, at) => value === '$' && tokens[at + 1]?.kind === 'other')
  const mentions = { names: [] as string[], calls: [] as string[], settings: [] as string[], numbered }
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
    if (isCall && isCurrentSetting(parts) && argument?.kind === 'string') {
      mentions.settings.push(argument.value)
    } else (isCall ? mentions.calls : mentions.names).push(name)
  }
  return mentions
}

/** Whether it is PostgreSQL's own function, and none of the history's that is named like it. */
export function isCurrentSetting(name: readonly string[]): boolean {
  return name.at(-1) === 'current_setting' && (name.length === 1 || name[0] === 'pg_catalog')
}

/** Types of which a function gives a value for everybody: whether, or how many. */
const answers: ReadonlySet<string> = new Set(['boolean', 'smallint', 'integer', 'bigint', 'numeric'])

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
  /** The declared functions, by their names as they stand in a call. */
  readonly #declared: ReadonlySet<string>
  readonly #readings = new Map<string, RoutineReading>()
  #byName: Map<string, Routine[]> | null = null
  #keyed: ReadonlySet<string> | null = null

  constructor(model: SchemaModel, tenancy: Tenancy, bodies: RoutineBodies) {
    this.#model = model
    this.#tenancy = tenancy
    this.#bodies = bodies
    const { functions } = tenancy.context
    this.#declared = new Set(functions.map((id) => readName(id)?.join('.') ?? id))
  }

  /** `name`: as written, with its namespace where the model has the routine. */
  read(name: readonly string[]): RoutineReading {
    const dotted = name.join('.')
    if (platformContext.has(dotted)) return this.#reading(dotted)
    if (this.#declared.size > 0) {
      return { readsContext: this.#declared.has(dotted), readsMemberships: false }
    }
    return this.#reading(dotted)
  }

  /** Whether the body makes use of an argument; taken for granted where the history doesn't show it. */
  usesArguments(name: readonly string[], count: number): boolean {
    const called = this.#routinesNamed(name.join('.')).filter((routine) => routine.arguments.length === count)
    return called.every((routine) => {
      const { names, numbered } = this.#bodies.mentionsOf(routine)
      const parts = new Set(names.flatMap((mentioned) => mentioned.split('.')))
      return numbered || routine.argumentNames.some((argument) => argument !== null && parts.has(argument))
    })
  }

  /**
   * Whether the body brings whoever asks together with a tenant: by a column of users, a table that has a tenant key, a setting
   * or a claim. A function that has the user and the tenant and nothing between them is true for every tenant.
   */
  joinsTenant(name: readonly string[]): boolean {
    const dotted = name.join('.')
    const isDeclared = this.#declared.has(dotted)
    return isDeclared || this.#joins(dotted, new Set(['auth.uid']))
  }

  #joins(name: string, seen: Set<string>): boolean {
    seen.add(name)
    return this.#routinesNamed(name).every((routine) => {
      const { names, calls, settings } = this.#bodies.mentionsOf(routine)
      return (
        settings.some((setting) => this.isContextSetting(setting) && !this.#isUserSetting(setting)) ||
        calls.includes('auth.jwt') ||
        names.some((mentioned) => this.#linksUser(mentioned)) ||
        calls.some((called) => !seen.has(called) && this.#isKnown(called) && this.#joins(called, seen))
      )
    })
  }

  #linksUser(mentioned: string): boolean {
    if (isUserColumn(mentioned.slice(mentioned.lastIndexOf('.') + 1))) return true
    this.#keyed ??= keyedRelations(this.#model, this.#tenancy)
    return this.#keyed.has(mentioned)
  }

  /** Whether a setting names the user, and so says nothing of his tenant. */
  #isUserSetting(setting: string): boolean {
    const { userSetting } = this.#tenancy.context
    if (userSetting !== null) return setting.toLowerCase() === userSetting.toLowerCase()
    const last = setting.toLowerCase().split('.').at(-1) ?? ''
    return last.split('_').some((word) => userWords.has(word))
  }

  #isKnown(name: string): boolean {
    return this.#routinesNamed(name).length > 0
  }

  /** Whether the function gives a value whoever asks, so that its being there says nothing. */
  answersAnybody(name: readonly string[]): boolean {
    return this.#routinesNamed(name.join('.')).some(({ returns }) => answers.has(returns ?? ''))
  }

  /** Whether it gives the role in force. */
  isRole(name: readonly string[]): boolean {
    const dotted = name.join('.')
    return dotted === 'auth.role' && (this.#isOfPlatform(dotted) || this.#reading(dotted).readsContext)
  }

  /** Whether it is the platform's: the history shows none of the name, or only the platform's own. */
  #isOfPlatform(name: string): boolean {
    return this.#routinesNamed(name).every(({ source }) => isOfPlatform(this.#tenancy, source))
  }

  /** Whether a setting holds the tenant context: a declared one, or any of an application where none is declared. */
  isContextSetting(setting: string): boolean {
    const { tenantSetting, userSetting } = this.#tenancy.context
    const name = setting.toLowerCase()
    if (name.startsWith('request.jwt.') && this.#tenancy.platform !== null) return true
    if (tenantSetting === null && userSetting === null) return name.includes('.')
    return name === tenantSetting?.toLowerCase() || name === userSetting?.toLowerCase()
  }

  #reading(name: string): RoutineReading {
    const known = this.#readings.get(name)
    if (known !== undefined) return known
    this.#readings.set(name, { readsContext: false, readsMemberships: false })
    if (platformContext.has(name) && this.#isOfPlatform(name)) {
      const reading = { readsContext: true, readsMemberships: false }
      this.#readings.set(name, reading)
      return reading
    }
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
      calls.some((name) => this.#reading(name).readsContext)
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

const userWords: ReadonlySet<string> = new Set(['sub', 'uid', 'user', 'userid'])

/** The tables that have a tenant key, by both their names. */
function keyedRelations(model: SchemaModel, tenancy: Tenancy): Set<string> {
  const keyed = [...model.relations.values()].filter(
    (relation) => tenantKeyOf(model, tenancy, relation) !== null,
  )
  return new Set(keyed.flatMap(({ name, namespace }) => [name, `${namespace}.${name}`]))
}

/** Functions by which Supabase tells who is asking. */
const platformContext: ReadonlySet<string> = new Set(['auth.uid', 'auth.jwt'])
