import { examinedRoutines } from '../model/questions.ts'
import type { Routine, SchemaModel } from '../model/schema-model.ts'
import { printName } from '../sql/expression.ts'
import { searchPathOf } from '../sql/search-path.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { BareNames } from './bare-names.ts'
import { isOfPlatform } from './category.ts'
import type { Isolation } from './isolation.ts'

/** A SECURITY DEFINER routine whose body is text, so that names in it are looked up whenever it runs. */
export interface Definer {
  readonly routine: Routine
  /** What its `search_path` is set to; null where it isn't, and whoever calls it sets it. */
  readonly path: readonly string[] | null
}

/** C and internal functions look nothing up by themselves. */
const compiled: readonly string[] = ['c', 'internal']

const setting = 'search_path='

/** Those that a role which acts for tenants may have run. */
export function* definersCalled(
  model: SchemaModel,
  tenancy: Tenancy,
  isolation: Isolation,
): Generator<Definer> {
  for (const routine of examinedRoutines(model)) {
    const { securityDefiner, body, language, returns, grants, settings, source } = routine
    if (!securityDefiner || body === null || compiled.includes(language)) continue
    if (isOfPlatform(tenancy, source)) continue
    const isTrigger = returns === 'trigger' || returns === 'event_trigger'
    if (!isTrigger && !grants.some(({ grantee }) => isolation.actsForTenants(grantee))) continue
    const path = settings.find((one) => one.startsWith(setting))?.slice(setting.length)
    yield { routine, path: path === undefined ? null : searchPathOf(path) }
  }
}

/** The namespaces among these in which a role that acts for tenants may create objects. */
export function openNamespaces(
  model: SchemaModel,
  { appRoles }: Tenancy,
  isolation: Isolation,
  names: readonly string[],
): readonly string[] {
  return names.filter((name) => {
    const { owner = null, grants = [] } = model.namespaces.get(name) ?? {}
    const isOwned = owner !== null && appRoles.includes(owner)
    return (
      isOwned ||
      grants.some(({ grantee, privilege }) => privilege === 'create' && isolation.actsForTenants(grantee))
    )
  })
}

/** What the body looks for in `pg_temp` first, where that isn't named as the last of the path; null where it can't be told. */
export function temporaryFirst(isolation: Isolation, { routine, path }: Definer): readonly string[] | null {
  if (path === null || path.at(-1) === 'pg_temp') return []
  if (routine.language !== 'sql' && routine.language !== 'plpgsql') return null
  return [...isolation.bareNames(routine).temporary].sort()
}

/** ALTER FUNCTION or PROCEDURE ... SET search_path, with `pg_temp` as the last. */
export function setSearchPath(
  { kind, namespace, name, arguments: types }: Routine,
  path: readonly string[],
): string {
  const names = [...path.filter((one) => one !== 'pg_temp' && one !== 'pg_catalog')].map(printName)
  const routine = `${printName(namespace)}.${printName(name)}(${types.join(', ')})`
  return `alter ${kind} ${routine} set search_path = ${['pg_catalog', ...names, 'pg_temp'].join(', ')};`
}

/**
 * The namespaces that a path must have for the body to find what it names, none of which anybody else may create in; null where
 * that can't be told from the model: dynamic SQL, a name that two namespaces have.
 */
export function pathNeeded(
  model: SchemaModel,
  tenancy: Tenancy,
  isolation: Isolation,
  { routine, path }: Definer,
): readonly string[] | null {
  if (routine.language !== 'sql' && routine.language !== 'plpgsql') return null
  const names = isolation.bareNames(routine)
  if (names.runsDynamicSql) return null
  const needed = namespacesOf(model, names)
  if (needed === null) return null
  const usual = path ?? usualPath(model)
  const open = openNamespaces(model, tenancy, isolation, [...needed, ...usual])
  if (open.some((name) => needed.includes(name))) return null
  const kept = usual.filter((name) => model.namespaces.has(name) && !open.includes(name))
  return [...new Set([...needed, ...kept])]
}

/** What the sessions of the application search as long as nothing sets it. */
function usualPath({ databaseSettings }: SchemaModel): readonly string[] {
  const set = [...databaseSettings.values()].find(({ name }) => name === 'search_path')
  return set === undefined ? ['public'] : searchPathOf(set.value)
}

function namespacesOf(model: SchemaModel, { names, calls }: BareNames): readonly string[] | null {
  const found = new Map<string, string>()
  const note = (name: string, namespace: string) => {
    const before = found.get(name) ?? namespace
    found.set(name, before === namespace ? namespace : '')
  }
  for (const objects of [model.relations, model.types, model.sequences]) {
    for (const { name, namespace } of objects.values()) if (names.has(name)) note(name, namespace)
  }
  for (const { name, namespace } of model.routines.values()) if (calls.has(name)) note(`${name}()`, namespace)
  const namespaces = [...new Set(found.values())].sort()
  return namespaces.includes('') ? null : namespaces
}
