import { sql } from '../../sql/template.ts'
import type { Blueprint } from '../blueprint.ts'
import { dollarQuoted, identifier, literal } from '../names.ts'

/** The roles that call functions of the context. */
export function callers(blueprint: Blueprint): readonly string[] {
  const { appRole, supportRole } = blueprint
  return [...new Set([appRole, ...supportRoles(supportRole), ...taskRoles(blueprint)])]
}

export function supportRoles(role: string | null): readonly string[] {
  return role === null ? [] : [role]
}

export function taskRoles({ systemTasks }: Blueprint): readonly string[] {
  return [...new Set(systemTasks.map(({ role }) => role))]
}

/**
 * The roles, none of which logs in. They belong to the whole server, so that another database may have brought them along,
 * in this very moment too.
 *
 *     do $$
 *     begin
 *       create role app_context nologin;
 *     exception when duplicate_object or unique_violation then
 *       null;
 *     end
 *     $$
 */
export function createRoles(blueprint: Blueprint): readonly string[] {
  return [...new Set([blueprint.functionOwner, ...callers(blueprint)])].map((role) => {
    const body = sql`
      begin
        create role ${identifier(role)} nologin;
      exception when duplicate_object or unique_violation then
        null;
      end`
    return `do ${dollarQuoted(body)}`
  })
}

/**
 * Refuses an owner of the functions or a role of the application that was there already and is not what it has to be: row security would not bind
 * it, or others would act as the owner and see what it sees.
 */
export function checkRoles(blueprint: Blueprint): string {
  const owner = literal(blueprint.functionOwner)
  const bound = [blueprint.functionOwner, ...callers(blueprint)].map(literal).join(', ')
  const body = sql`
    begin
      if exists (select from pg_roles where rolname in (${bound}) and (rolsuper or rolbypassrls)) then
        raise exception 'row security does not bind one of the roles of the tenancy';
      end if;
      if exists (
        select from pg_roles
        where rolname = ${owner} and rolcanlogin
          or rolname <> ${owner} and not rolsuper
            and pg_has_role(oid, ${owner}, 'member') and not pg_has_role(oid, ${owner}, 'member with admin option')
      ) then
        raise exception 'the owner of the functions logs in or has members';
      end if;
    end`
  return `do ${dollarQuoted(body)}`
}

/**
 * Whoever could have been given something by default privileges: PUBLIC, the roles of the tenancy, and those of the platform.
 *
 *     public, app_user
 */
export function othersOf(blueprint: Blueprint): string {
  const platform = blueprint.platform === 'supabase' ? ['anon', 'authenticated', 'service_role'] : []
  return ['public', ...[...new Set([...callers(blueprint), ...platform])].map(identifier)].join(', ')
}

/** The role by which the caller of a definer function came: that of SET ROLE, or else of the login. */
export const callerRole = `coalesce(nullif(current_setting('role'), 'none'), session_user)`

/**
 * Statements run while the migrator is a member of the owner of the functions, which is what giving functions away and replacing them
 * takes. Nothing of it is left afterwards. From PostgreSQL 16 it takes the admin option on the owner, which its creator has.
 *
 *     grant app_context to current_user
 *     grant create on schema app to app_context
 *     ...
 *     revoke create on schema app from app_context
 *     revoke app_context from current_user
 */
export function asFunctionOwner(
  { contextNamespace, functionOwner }: Blueprint,
  statements: readonly string[],
): readonly string[] {
  const owner = identifier(functionOwner)
  const namespace = identifier(contextNamespace)
  return [
    `grant ${owner} to current_user`,
    `grant create on schema ${namespace} to ${owner}`,
    ...statements,
    `revoke create on schema ${namespace} from ${owner}`,
    `revoke ${owner} from current_user`,
  ]
}
