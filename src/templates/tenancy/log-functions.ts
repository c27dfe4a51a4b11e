import type { Blueprint } from '../blueprint.ts'
import { currentTenant, supportTenant, userSetting } from '../context-expressions.ts'
import { literal, qualified } from '../names.ts'
import { forbidden, invalid, isBlank, notNow, refuse } from './refuse.ts'
import { callerRole, callers, supportRoles, taskRoles } from './roles.ts'
import type { Routine } from './routine.ts'

const text = (name: string) => ({ name, type: 'text' })

/**
 * What writes the access log, and what it opens: `app.log_access(kind, name, reason)` for a read or an export,
 * `app.begin_system_task(name, reason)` and `app.begin_support(tenant, reason)`, which open nothing but this transaction, and
 * `app.system_task_is_open(name)` and `app.support_tenant_id()`, which look for the row that these wrote in it. A setting opens nothing.
 */
export function logRoutines(blueprint: Blueprint): readonly Routine[] {
  const { keyType, supportRole, functionOwner } = blueprint
  const support = supportRoles(supportRole)
  const tasks = taskRoles(blueprint)
  const writes = { returns: 'void', behaviour: 'volatile' }
  const reads = { behaviour: 'stable parallel restricted' }
  return [
    {
      ...reads,
      name: 'system_task_is_open',
      parameters: [text('task')],
      returns: 'boolean',
      callers: tasks,
      body: taskIsOpenBody(blueprint),
    },
    {
      ...reads,
      name: 'support_tenant_id',
      parameters: [],
      returns: keyType,
      callers: support,
      body: supportTenantBody(blueprint),
    },
    {
      ...writes,
      name: 'begin_system_task',
      parameters: [text('name'), text('reason')],
      callers: tasks,
      body: beginTaskBody(blueprint),
    },
    {
      ...writes,
      name: 'begin_support',
      parameters: [{ name: 'tenant', type: keyType }, text('reason')],
      callers: support,
      body: beginSupportBody(blueprint),
    },
    {
      ...writes,
      name: 'log_access',
      parameters: [text('kind'), text('name'), text('reason')],
      callers: callers(blueprint).filter((role) => role !== functionOwner),
      body: logBody(blueprint),
    },
  ]
}

/** The rows that this very transaction logged. Its id alone would also be that of an old one, once a dump was restored to a new server. */
const ofThisTransaction = 'l.xid = pg_current_xact_id_if_assigned() and l.at = now()'

function taskIsOpenBody({ accessLog }: Blueprint): string {
  return `#variable_conflict use_variable
begin
  return exists (
    select from ${qualified(accessLog)} as l
    where ${ofThisTransaction}
      and l.kind = 'system task' and l.name = task and l.role = ${callerRole}
  );
end`
}

function supportTenantBody({ accessLog }: Blueprint): string {
  return `begin
  return (
    select l.tenant_id from ${qualified(accessLog)} as l
    where ${ofThisTransaction}
      and l.kind = 'support' and l.role = ${callerRole}
  );
end`
}

function beginTaskBody(blueprint: Blueprint): string {
  const roles = blueprint.systemTasks.map(
    ({ name, role }) => `    when ${literal(name)} then ${literal(role)}\n`,
  )
  const ownRole = roles.length === 0 ? 'null' : `case name\n${roles.join('')}  end`
  return `#variable_conflict use_variable
declare
  own_role constant text := ${ownRole};
  caller constant text := ${callerRole};
begin
${refuse(
  'own_role is null or caller <> own_role',
  forbidden,
  'the role %s may not begin the system task %L',
  'caller, name',
)}
${reasonIsThere}
  insert into ${qualified(blueprint.accessLog)} (kind, name, reason, user_id)
    values ('system task', name, reason, ${userSetting(blueprint)});
end`
}

function beginSupportBody(blueprint: Blueprint): string {
  const { supportRole, accessLog } = blueprint
  const ownRole = supportRole === null ? 'null' : literal(supportRole)
  return `#variable_conflict use_variable
declare
  own_role constant text := ${ownRole};
  caller constant text := ${callerRole};
begin
${refuse('own_role is null or caller <> own_role', forbidden, 'the role %s is not for support', 'caller')}
${refuse('tenant is null', invalid, 'the tenant is missing')}
${reasonIsThere}
${refuse(
  `${supportTenant(blueprint)} is not null`,
  notNow,
  'this transaction is open for support of the tenant %s already',
  supportTenant(blueprint),
)}
  insert into ${qualified(accessLog)} (kind, name, reason, tenant_id, user_id)
    values ('support', 'support', reason, tenant, ${userSetting(blueprint)});
end`
}

/** A read is logged for the tenant that it is of; without one only within a system task, which is of all. */
function logBody(blueprint: Blueprint): string {
  const { accessLog, keyType } = blueprint
  return `#variable_conflict use_variable
declare
  tenant constant ${keyType} := coalesce(${currentTenant(blueprint)}, ${supportTenant(blueprint)});
begin
${refuse(
  `kind is distinct from 'read'`,
  forbidden,
  'the kind %L is not for everybody to log: system tasks and support are logged as they begin',
  'kind',
)}
${refuse(isBlank('name'), invalid, 'the name of what is read is missing')}
${reasonIsThere}
  if tenant is null and not exists (
    select from ${qualified(accessLog)} as l
    where ${ofThisTransaction} and l.kind = 'system task' and l.role = ${callerRole}
  ) then
    raise exception using errcode = '${forbidden}', message = 'there is no tenant in the context, and no system task';
  end if;
  insert into ${qualified(accessLog)} (kind, name, reason, tenant_id, user_id)
    values (kind, name, reason, tenant, ${userSetting(blueprint)});
end`
}

const reasonIsThere = refuse(isBlank('reason'), invalid, 'the reason is missing')
