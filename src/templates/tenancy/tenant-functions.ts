import type { Blueprint } from '../blueprint.ts'
import { userSetting } from '../context-expressions.ts'
import { identifier, literal, qualified } from '../names.ts'
import { membershipSql } from './membership-sql.ts'
import { type TenancyOptions, tenantName } from './options.ts'
import { forbidden, invalid, isBlank, refuse } from './refuse.ts'
import type { Routine } from './routine.ts'
import { tenantSequence } from './tables.ts'

/**
 * `app.create_tenant(name)`, which makes the user of the context its first owner, and `app.my_tenants()`, the tenants of the user of the
 * context with his role in each.
 */
export function tenantRoutines(blueprint: Blueprint, options: TenancyOptions): readonly Routine[] {
  const { appRole, keyType } = blueprint
  return [
    {
      name: 'create_tenant',
      parameters: [{ name: 'name', type: 'text' }],
      returns: keyType,
      behaviour: 'volatile',
      callers: [appRole],
      body: createBody(blueprint, options),
    },
    {
      name: 'my_tenants',
      parameters: [],
      returns: `table (id ${keyType}, name text, role text)`,
      behaviour: 'stable',
      callers: [appRole],
      body: myTenantsBody(blueprint, options),
    },
  ]
}

function createBody(blueprint: Blueprint, options: TenancyOptions): string {
  const { table, tenant, user, role, roleType, owner, acceptedAt } = membershipSql(blueprint, options)
  const [acceptedColumn, acceptedValue] = acceptedAt === null ? ['', ''] : [`, ${acceptedAt}`, ', now()']
  return `#variable_conflict use_variable
declare
  caller constant ${blueprint.userKeyType} := ${userSetting(blueprint)};
  created constant ${blueprint.keyType} := ${newKey(blueprint)};
  owner_role constant ${roleType} := ${owner};
begin
${refuse('caller is null', forbidden, 'there is no user in the context')}
${refuse(isBlank('name'), invalid, 'a tenant needs a name')}
  insert into ${qualified(blueprint.tenants)} (id, ${identifier(tenantName(options))})
    values (created, name);
  insert into ${table} (${tenant}, ${user}, ${role}${acceptedColumn})
    values (created, caller, owner_role${acceptedValue});
  return created;
end`
}

function newKey(blueprint: Blueprint): string {
  switch (blueprint.keyType) {
    case 'uuid':
      return 'gen_random_uuid()'
    case 'text':
      return 'gen_random_uuid()::text'
    case 'bigint':
      return `nextval(${literal(qualified(tenantSequence(blueprint)))})`
  }
}

function myTenantsBody(blueprint: Blueprint, options: TenancyOptions): string {
  const { table, tenant, user, role, andCurrent } = membershipSql(blueprint, options)
  return `#variable_conflict use_variable
begin
  return query
    select t.id, t.${identifier(tenantName(options))}::text, m.${role}::text
    from ${table} as m
    join ${qualified(blueprint.tenants)} as t on t.id = m.${tenant}
    where m.${user} = ${userSetting(blueprint)}${andCurrent}
    order by 2, 1;
end`
}
