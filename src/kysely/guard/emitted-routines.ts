import { differencesOf } from '../../catalog/differences.ts'
import type { Routine, RoutineId, SchemaModel } from '../../model/schema-model.ts'
import { replay } from '../../replay/replay.ts'
import { displayId } from '../../sql/identifiers.ts'
import { type Blueprint, blueprintOf } from '../../templates/blueprint.ts'
import { identifier } from '../../templates/names.ts'
import type { TenancyOptions } from '../../templates/tenancy/options.ts'
import { finishedRoutines } from '../../templates/tenancy/routines.ts'
import type { TenancyDeclaration } from '../../tenancy/declaration.ts'

/** The functions that `createTenancy` and `upgradeTenancy` make for a declaration, with whatever options. */
export class EmittedRoutines {
  readonly #blueprint: Blueprint | null
  readonly #names: readonly string[]
  readonly #written = new Map<string, SchemaModel>()

  /** `after`: where the table of tenants is, one of whose columns is their name. */
  constructor(declaration: TenancyDeclaration, after: SchemaModel) {
    const [appRole] = declaration.appRoles ?? []
    this.#blueprint = appRole === undefined ? null : blueprintOf(declaration, appRole)
    const { tenants } = this.#blueprint ?? {}
    const id = tenants === undefined ? '' : displayId(tenants.namespace, tenants.name)
    this.#names = after.relations.get(id)?.columns.map(({ name }) => name) ?? []
  }

  /** Whether a function is one of these, whoever may call it. */
  includes(routine: Routine): boolean {
    if (this.#blueprint?.contextNamespace !== routine.namespace) return false
    if (!this.#model(this.#blueprint, {}).routines.has(routine.id)) return false
    for (const options of this.#options(this.#blueprint)) {
      const model = this.#model(this.#blueprint, options)
      if (isAlike(model, routine)) return true
    }
    return false
  }

  /** Every choice that shows in a function; the name of tenants and who manages members show in none together. */
  *#options({ memberRoles }: Blueprint): Generator<TenancyOptions> {
    yield {}
    for (const tenantName of this.#names) yield { tenantName }
    for (const managers of choicesOf(memberRoles)) {
      yield { managers }
      yield { managers, existing: ['memberships'] }
    }
  }

  #model(blueprint: Blueprint, options: TenancyOptions): SchemaModel {
    const key = JSON.stringify(options)
    const known = this.#written.get(key)
    if (known !== undefined) return known
    const statements = [
      `create schema ${identifier(blueprint.contextNamespace)}`,
      ...finishedRoutines(blueprint, options),
    ]
    const text = statements.map((statement) => `${statement};\n`).join('')
    const parts = [{ kind: 'sql', start: 0, end: text.length }] as const
    const { model } = replay([{ file: '', text, parts, session: 'new' }])
    this.#written.set(key, model)
    return model
  }
}

/** Every selection of some of them, in their order. */
function choicesOf([first, ...others]: readonly string[]): readonly (readonly string[])[] {
  if (first === undefined) return []
  const rest = choicesOf(others)
  return [[first], ...rest, ...rest.map((choice) => [first, ...choice])]
}

function isAlike(emitted: SchemaModel, routine: Routine): boolean {
  const meant = emitted.routines.get(routine.id)
  if (meant === undefined) return false
  const of = (one: Routine): SchemaModel => ({
    ...emitted,
    routines: new Map<RoutineId, Routine>([[one.id, { ...one, grants: [], owner: meant.owner }]]),
  })
  const { differences, notCompared } = differencesOf(of(meant), of(routine), {
    leavesOut: (kind) => kind !== 'routines',
  })
  const isOwned = meant.owner === null || meant.owner === routine.owner
  return isOwned && differences.length + notCompared.length === 0
}
