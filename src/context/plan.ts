import type { ContextNames } from './names.ts'
import type { Order, ReadLog } from './scope.ts'
import { Identifier, joined, type Statement, statement } from './statement.ts'

/** The statements that a context consists of, in the order in which they are sent. */
export interface Plan {
  /** Cursors and temporary tables that a session still has may hold rows of another tenant. */
  readonly begin: readonly string[]
  /** Role, tenant and user, for the length of the transaction. */
  readonly settings: Statement
  /** What is written to the access log, and opens what is logged. */
  readonly logs: readonly Statement[]
  /** `set transaction read only`, which has to come after what is logged. */
  readonly restriction: readonly string[]
  /** Fails where role, tenant or user are no longer those of the context, or the transaction is over. */
  readonly check: Statement
}

export function planOf(names: ContextNames, order: Order): Plan {
  const { scope, isolationLevel, accessMode } = order
  const role = 'role' in scope ? scope.role : names.appRole
  const settings = settingsOf(names, role, scope.kind === 'tenant' ? scope.tenantId : '', scope.userId ?? '')
  return {
    begin: [
      'begin',
      ...(isolationLevel === null ? [] : [`set transaction isolation level ${isolationLevel}`]),
      'close all',
      'discard temp',
    ],
    settings: joined(
      'select ',
      [['role', role] as const, ...settings].map(
        ([name, value]) => statement`pg_catalog.set_config(${name}, ${value}, true)`,
      ),
      ', ',
      '',
    ),
    logs: logs(names, order),
    restriction: accessMode === 'read only' ? ['set transaction read only'] : [],
    check: joined(
      'select case when ',
      [
        statement`current_user::pg_catalog.text operator(pg_catalog.=) ${role}`,
        ...settings.map(
          ([name, value]) =>
            statement`pg_catalog.current_setting(${name}, true) operator(pg_catalog.=) ${value}`,
        ),
      ],
      ' and ',
      ` then 0 else pg_catalog.concat(current_user, ': ${changedMarker}'::pg_catalog.text)::pg_catalog.int4 end`,
    ),
  }
}

const changedMarker = 'ringfence: not the context that was opened'

/** Whether an error of the server is that of a check: there is no other way to fail on a condition in one expression. */
export function isFailedCheck(error: unknown): boolean {
  return error instanceof Error && sqlState(error) === '22P02' && error.message.includes(changedMarker)
}

/** The SQLSTATE of an error of the server, as both node-postgres and PGlite hand it over. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null
}

/** One row of the access log for a read or an export that is asked to be logged. */
export function logRead(names: ContextNames, { source, reason }: ReadLog): Statement {
  return statement`select ${new Identifier(names.contextNamespace)}.log_access('read', ${source}, ${reason})`
}

function logs(names: ContextNames, { scope, log }: Order): Statement[] {
  const namespace = new Identifier(names.contextNamespace)
  if (scope.kind === 'system task') {
    return [statement`select ${namespace}.begin_system_task(${scope.task}, ${scope.reason})`]
  }
  if (scope.kind === 'support') {
    return [statement`select ${namespace}.begin_support(${scope.tenantId}, ${scope.reason})`]
  }
  return log === null ? [] : [logRead(names, log)]
}

function settingsOf(
  names: ContextNames,
  role: string,
  tenantId: string,
  userId: string,
): readonly (readonly [name: string, value: string])[] {
  const settings = [[names.tenantSetting, tenantId] as const, [names.userSetting, userId] as const]
  if (names.platform !== 'supabase') return settings
  // `auth.uid()` reads the old name of the claim first. An empty text would be no uuid.
  const claims = JSON.stringify({ ...(userId === '' ? {} : { sub: userId }), role })
  return [...settings, ['request.jwt.claim.sub', userId], ['request.jwt.claims', claims]]
}
