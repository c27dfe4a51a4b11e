import type { Blueprint } from '../blueprint.ts'
import { identifier } from '../names.ts'
import { createCurrentUserId, currentTenantIds } from './context-functions.ts'
import { logRoutines } from './log-functions.ts'
import { memberRoutines } from './member-functions.ts'
import type { TenancyOptions } from './options.ts'
import { asFunctionOwner, callers } from './roles.ts'
import { createRoutine, grantRoutine, type Routine, signature } from './routine.ts'
import { tenantRoutines } from './tenant-functions.ts'

/** The functions that run as the owner of the functions. */
function definers(blueprint: Blueprint, options: TenancyOptions): readonly Routine[] {
  return [
    ...currentTenantIds(blueprint),
    ...logRoutines(blueprint),
    ...tenantRoutines(blueprint, options),
    ...memberRoutines(blueprint, options),
  ]
}

function currentUser(blueprint: Blueprint): Pick<Routine, 'name' | 'parameters' | 'callers'> {
  return {
    name: 'current_user_id',
    parameters: [],
    callers: [blueprint.functionOwner, ...callers(blueprint)],
  }
}

/** Creates the functions, or replaces them, and gives those that run as their owner to the owner of the functions. */
export function giveRoutines(
  blueprint: Blueprint,
  options: TenancyOptions,
  orReplace: boolean,
): readonly string[] {
  const owned = definers(blueprint, options)
  const owner = identifier(blueprint.functionOwner)
  return [
    createCurrentUserId(blueprint, orReplace),
    ...grantRoutine(blueprint, currentUser(blueprint)),
    ...asFunctionOwner(
      blueprint,
      owned.flatMap((routine) => [
        createRoutine(blueprint, routine, orReplace),
        ...grantRoutine(blueprint, routine),
        `alter function ${signature(blueprint, routine)} owner to ${owner}`,
      ]),
    ),
  ]
}

/** Drops the functions, last those that others call. Who owns the namespace may. */
export function dropRoutines(blueprint: Blueprint, options: TenancyOptions): readonly string[] {
  return [currentUser(blueprint), ...definers(blueprint, options)]
    .reverse()
    .map((routine) => `drop function ${signature(blueprint, routine)}`)
}
