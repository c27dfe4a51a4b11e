import type { Blueprint } from '../blueprint.ts'
import { contextFunction } from '../context-expressions.ts'
import { dollarQuoted, identifier } from '../names.ts'
import { othersOf } from './roles.ts'

/** A function of the context. */
export interface Routine {
  readonly name: string
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
  readonly returns: string
  /** `stable parallel safe` */
  readonly behaviour: string
  /** Who may call it, beside its owner. */
  readonly callers: readonly string[]
  readonly body: string
}

/** `app.invite_member(uuid, text)` */
export function signature(
  blueprint: Blueprint,
  { name, parameters }: Pick<Routine, 'name' | 'parameters'>,
): string {
  return `${contextFunction(blueprint, name)}(${parameters.map(({ type }) => type).join(', ')})`
}

/**
 * A function that runs as the owner of the functions. Its search path ends with `pg_temp`, which otherwise comes first for types, so that a
 * temporary type of the caller could run the caller's code with the owner's rights.
 */
export function createRoutine(blueprint: Blueprint, routine: Routine, orReplace: boolean): string {
  const parameters = routine.parameters.map(({ name, type }) => `${identifier(name)} ${type}`).join(', ')
  return [
    `create ${orReplace ? 'or replace ' : ''}function ${contextFunction(blueprint, routine.name)}(${parameters})`,
    `  returns ${routine.returns}`,
    `  language plpgsql ${routine.behaviour} security definer`,
    '  set search_path = pg_catalog, pg_temp',
    `as ${dollarQuoted(routine.body)}`,
  ].join('\n')
}

/** Execution by its callers alone. */
export function grantRoutine(
  blueprint: Blueprint,
  routine: Pick<Routine, 'name' | 'parameters' | 'callers'>,
): readonly string[] {
  const name = signature(blueprint, routine)
  const revoke = `revoke all on function ${name} from ${othersOf(blueprint)}`
  if (routine.callers.length === 0) return [revoke]
  return [revoke, `grant execute on function ${name} to ${routine.callers.map(identifier).join(', ')}`]
}
