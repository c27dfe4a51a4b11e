import type { Routine, SchemaModel } from '../../model/schema-model.ts'
import { RoutineBodies } from '../../policy/routines.ts'
import { displayId } from '../../sql/identifiers.ts'
import type { TenancyDeclaration } from '../../tenancy/declaration.ts'
import type { TouchedRoutine } from './catalog-digest.ts'
import { EmittedRoutines } from './emitted-routines.ts'

export type Stranger = Pick<Routine, 'namespace' | 'name' | 'owner'>

/** A schema, and what a migration made of it. */
export interface Course {
  /** Null where it is not known. */
  readonly before: SchemaModel | null
  readonly after: SchemaModel
  readonly touched: readonly TouchedRoutine[]
}

/**
 * The functions that say for whom a statement runs, where they were made or changed and are not what the templates emit. Policies
 * trust them by their names: what `context.functions` declares, whatever runs as the owner of these functions, and what any of
 * them calls.
 */
export function strangersInContext(
  { before, after, touched }: Course,
  declaration: TenancyDeclaration,
): readonly Stranger[] {
  const hidden = touched.filter((routine) => routine.isOfExtension && isTrusted(routine, declaration.context))
  const names = new Set(touched.map(nameOf))
  const changed = [...trusted(after, declaration)].filter(
    (routine) => names.has(nameOf(routine)) && told(routine) !== told(before?.routines.get(routine.id)),
  )
  if (changed.length === 0) return hidden
  const emitted = new EmittedRoutines(declaration, after)
  const appRoles = declaration.appRoles ?? []
  const strange = changed.filter(
    (routine) => appRoles.includes(routine.owner ?? '') || !emitted.includes(routine),
  )
  return [...hidden, ...strange]
}

function trusted({ routines }: SchemaModel, { context }: TenancyDeclaration): ReadonlySet<Routine> {
  const bodies = new RoutineBodies()
  const byName = new Map<string, Routine[]>()
  for (const routine of routines.values()) {
    for (const name of [routine.name, `${routine.namespace}.${routine.name}`])
      byName.set(name, [...(byName.get(name) ?? []), routine])
  }
  const found = new Set<Routine>()
  const add = (routine: Routine) => {
    if (found.has(routine)) return
    found.add(routine)
    for (const name of bodies.mentionsOf(routine).calls) byName.get(name)?.forEach(add)
  }
  for (const routine of routines.values()) if (isTrusted(routine, context)) add(routine)
  return found
}

function isTrusted(routine: Stranger, context: TenancyDeclaration['context']): boolean {
  const isOfOwner = routine.owner !== null && routine.owner === context?.functionOwner
  return isOfOwner || (context?.functions?.includes(nameOf(routine)) ?? false)
}

function nameOf({ namespace, name }: Pick<Routine, 'namespace' | 'name'>): string {
  return displayId(namespace, name)
}

/** Who may call it is left out. */
function told(routine: Routine | undefined): string | null {
  if (routine === undefined) return null
  const { grants, source, ...rest } = routine
  return JSON.stringify(rest)
}
