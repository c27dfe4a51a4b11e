import { sql } from '../../sql/template.ts'
import type { Blueprint } from '../blueprint.ts'
import { dollarQuoted, identifier, qualified } from '../names.ts'
import { revokeFromOthers } from '../tables/privileges.ts'
import { rowSecurity } from '../tables/protection.ts'
import { checkBlueprint } from './check-blueprint.ts'
import { isCreated, type TenancyOptions } from './options.ts'
import { createPolicies, dropPolicies, tenancyPolicies } from './policies.ts'
import { grantNamespace, grantTables, namespacesOf, revokeNamespace } from './privileges.ts'
import { callers, checkRoles, createRoles } from './roles.ts'
import { dropRoutines, giveRoutines } from './routines.ts'
import { createAccessLog, createMemberships, createTenants } from './tables.ts'

/**
 * What tenants rest on: roles, the tables of tenants and memberships, the functions of the context, and the access log.
 *
 *     createTenancy(blueprint)
 *     createTenancy(blueprint, { existing: ['tenants', 'memberships'] })
 *
 *     create table public.memberships (...)
 *     create function app.current_tenant_id() returns uuid ...
 *     alter table public.memberships force row level security
 *     create policy tenant_select on public.memberships for select to app_user
 *       using (tenant_id = (select app.current_tenant_id()))
 *     ...
 *
 * The migrator needs CREATEROLE, and from PostgreSQL 16 the admin option on the owner of the functions, which whoever creates that role has.
 * Meant for one transaction.
 */
export function createTenancy(blueprint: Blueprint, options: TenancyOptions = {}): readonly string[] {
  const { tenants, memberships, accessLog } = blueprint
  checkBlueprint(blueprint)
  const tables = [tenants, memberships, accessLog]
  const namespaces = namespacesOf(blueprint, tables)
  return [
    ...createRoles(blueprint),
    checkRoles(blueprint),
    ...namespaces.flatMap((namespace) => [
      `create schema if not exists ${identifier(namespace)}`,
      grantNamespace(blueprint, namespace),
    ]),
    `revoke create on schema ${identifier(blueprint.contextNamespace)} from ${strangers(blueprint)}`,
    ...(isCreated('tenants', options) ? [createTenants(blueprint, options)] : []),
    ...(isCreated('memberships', options) ? createMemberships(blueprint) : []),
    ...createAccessLog(blueprint),
    ...tables.flatMap((table) => [revokeFromOthers(table), ...rowSecurity(table).up]),
    ...giveRoutines(blueprint, options, false),
    ...createPolicies(blueprint),
    ...grantTables(blueprint, options),
  ]
}

/**
 * Replaces the functions and policies by those of this version and of this declaration, for system tasks that came later as well. The migrator
 * is no member of the owner of the functions, and becomes one for the moment that it takes.
 *
 *     grant app_context to current_user
 *     create or replace function app.current_tenant_id() returns uuid ...
 *     revoke app_context from current_user
 */
export function upgradeTenancy(blueprint: Blueprint, options: TenancyOptions = {}): readonly string[] {
  const { tenants, memberships, accessLog } = blueprint
  checkBlueprint(blueprint)
  return [
    ...createRoles(blueprint),
    checkRoles(blueprint),
    ...namespacesOf(blueprint, [tenants, memberships, accessLog]).map((namespace) =>
      grantNamespace(blueprint, namespace),
    ),
    ...giveRoutines(blueprint, options, true),
    ...tenancyPolicies(blueprint).flatMap((table) => dropPolicies(table, true)),
    ...createPolicies(blueprint),
    ...grantTables(blueprint, options),
  ]
}

/**
 * Takes back what `createTenancy` made, for a `down`: tables that were there already stay, and so do the roles, which other databases may use
 * and logins be members of. Tables of tenants that still call the functions make it fail.
 */
export function dropTenancy(blueprint: Blueprint, options: TenancyOptions = {}): readonly string[] {
  const { tenants, memberships, accessLog } = blueprint
  const tables = [tenants, memberships, accessLog]
  const [kept, dropped] = [
    [
      ...(isCreated('tenants', options) ? [] : [tenants]),
      ...(isCreated('memberships', options) ? [] : [memberships]),
    ],
    [
      accessLog,
      ...(isCreated('memberships', options) ? [memberships] : []),
      ...(isCreated('tenants', options) ? [tenants] : []),
    ],
  ]
  return [
    ...tenancyPolicies(blueprint).flatMap((table) => dropPolicies(table, false)),
    ...kept.flatMap((table) => [revokeFromOthers(table), ...rowSecurity(table).down]),
    ...dropped.map((table) => `drop table ${qualified(table)}`),
    ...dropRoutines(blueprint, options),
    ...namespacesOf(blueprint, tables).flatMap((namespace) => [
      revokeNamespace(blueprint, namespace),
      dropIfEmpty(namespace),
    ]),
  ]
}

function strangers(blueprint: Blueprint): string {
  return ['public', ...callers(blueprint).map(identifier)].join(', ')
}

function dropIfEmpty(namespace: string): string {
  const body = sql`
    begin
      drop schema ${identifier(namespace)};
    exception when dependent_objects_still_exist then
      null;
    end`
  return `do ${dollarQuoted(body)}`
}
