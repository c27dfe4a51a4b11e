import { sql } from '../../sql/template.ts'
import type { Blueprint } from '../blueprint.ts'
import { dollarQuoted, identifier, literal } from '../names.ts'
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

/**
 * Creates the functions, or replaces them, lets nobody but their callers run them, and gives those that run as their owner to the owner of the
 * functions.
 */
export function giveRoutines(
  blueprint: Blueprint,
  options: TenancyOptions,
  orReplace: boolean,
): readonly string[] {
  const owned = definers(blueprint, options)
  const all = [currentUser(blueprint), ...owned]
  return [
    createCurrentUserId(blueprint, orReplace),
    ...asFunctionOwner(blueprint, [
      ...owned.map((routine) => createRoutine(blueprint, routine, orReplace)),
      revokeFromOthers(blueprint, [...new Set(all.map(({ name }) => name))]),
      ...all.flatMap((routine) => grantRoutine(blueprint, routine)),
      ...giveAway(blueprint, owned),
    ]),
  ]
}

/** The functions as they are at last, but for who may call them: for telling whether one is what was emitted. */
export function finishedRoutines(blueprint: Blueprint, options: TenancyOptions): readonly string[] {
  const owned = definers(blueprint, options)
  return [
    createCurrentUserId(blueprint, false),
    ...owned.map((routine) => createRoutine(blueprint, routine, false)),
    ...giveAway(blueprint, owned),
  ]
}

function giveAway(blueprint: Blueprint, routines: readonly Routine[]): readonly string[] {
  const owner = identifier(blueprint.functionOwner)
  return routines.map((routine) => `alter function ${signature(blueprint, routine)} owner to ${owner}`)
}

/** Takes from whoever default privileges granted it, which nobody can list beforehand; from PUBLIC each function takes it for itself. */
function revokeFromOthers({ contextNamespace }: Blueprint, names: readonly string[]): string {
  const namespace = literal(identifier(contextNamespace))
  const body = sql`
    declare
      granted record;
    begin
      for granted in
        select distinct
          routine.proname,
          pg_get_function_identity_arguments(routine.oid) as parameters,
          privilege.grantee::regrole::text as grantee
        from pg_proc as routine
        cross join lateral aclexplode(routine.proacl) as privilege
        where routine.pronamespace = ${namespace}::regnamespace
          and routine.proname in (${names.map(literal).join(', ')})
          and privilege.grantee not in (0, routine.proowner)
      loop
        execute format('revoke all on function %I.%I(%s) from %s cascade',
          ${literal(contextNamespace)}, granted.proname, granted.parameters, granted.grantee);
      end loop;
    end`
  return `do ${dollarQuoted(body)}`
}

/** Drops the functions, last those that others call. Who owns the namespace may. */
export function dropRoutines(blueprint: Blueprint, options: TenancyOptions): readonly string[] {
  return [currentUser(blueprint), ...definers(blueprint, options)]
    .reverse()
    .map((routine) => `drop function ${signature(blueprint, routine)}`)
}
