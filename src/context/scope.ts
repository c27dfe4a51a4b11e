import { ContextError } from './context-error.ts'
import type { ContextNames } from './names.ts'
import { readKey, readObject, readOneOf, readText } from './values.ts'

/** For whom, and why, statements of a context run. All values are checked, and as the server reads them. */
export type Scope =
  | { readonly kind: 'tenant'; readonly tenantId: string; readonly userId: string }
  | { readonly kind: 'user'; readonly userId: string }
  | {
      readonly kind: 'system task'
      readonly task: string
      readonly role: string
      readonly reason: string
      readonly userId: string | null
    }
  | {
      readonly kind: 'support'
      readonly tenantId: string
      readonly role: string
      readonly reason: string
      readonly userId: string | null
    }

const isolationLevels = ['read committed', 'repeatable read', 'serializable'] as const
const accessModes = ['read write', 'read only'] as const
export type IsolationLevel = (typeof isolationLevels)[number]
export type AccessMode = (typeof accessModes)[number]

/** A read or an export that is to stand in the access log. */
export interface ReadLog {
  readonly source: string
  readonly reason: string
}

/** What is asked for when a context is entered. */
export interface Order {
  readonly scope: Scope
  readonly isolationLevel: IsolationLevel | null
  readonly accessMode: AccessMode | null
  /** What to write into the access log; null where nothing is asked for. */
  readonly log: ReadLog | null
}

export function tenantOrder(names: ContextNames, options: unknown): Order {
  const given = readObject('the second argument of withTenant', options)
  const tenantId = readKey(names.keyType, 'tenantId', given.tenantId)
  const userId = readKey(names.userKeyType, 'userId', given.userId)
  return { scope: { kind: 'tenant', tenantId, userId }, ...readTransaction(given), log: readLog(given) }
}

/** The order of a job: of what a queue hands over, nothing but the keys is taken for an option. */
export function jobOrder(names: ContextNames, item: unknown, options: object): Order {
  const { tenantId, userId } = readObject('the item', item)
  return tenantOrder(names, { tenantId, userId, ...options })
}

export function userOrder(names: ContextNames, options: unknown): Order {
  const given = readObject('the second argument of withUser', options)
  const userId = readKey(names.userKeyType, 'userId', given.userId)
  return { scope: { kind: 'user', userId }, ...readTransaction(given), log: null }
}

export function systemTaskOrder(names: ContextNames, options: unknown): Order {
  const given = readObject('the second argument of withSystemTask', options)
  const name = readText('task', given.task)
  const reason = readText('reason', given.reason)
  const task = names.systemTasks.find((declared) => declared.name === name)
  if (task === undefined) {
    const known = names.systemTasks.map((declared) => declared.name).join(', ')
    const message = known === '' ? 'the tenancy names none' : `it is none of ${known}`
    throw new ContextError('invalid value', `task is no system task: ${message}`)
  }
  const userId = readUser(names, given.userId)
  return {
    scope: { kind: 'system task', task: name, role: task.role, reason, userId },
    ...readTransaction(given),
    log: null,
  }
}

export function supportOrder(names: ContextNames, options: unknown): Order {
  const given = readObject('the second argument of withSupport', options)
  if (names.supportRole === null)
    throw new ContextError('invalid value', 'the tenancy declares no supportRole')
  const tenantId = readKey(names.keyType, 'tenantId', given.tenantId)
  const reason = readText('reason', given.reason)
  const userId = readUser(names, given.userId)
  return {
    scope: { kind: 'support', tenantId, role: names.supportRole, reason, userId },
    isolationLevel: readTransaction(given).isolationLevel,
    accessMode: 'read only',
    log: null,
  }
}

function readUser(names: ContextNames, userId: unknown): string | null {
  return userId === undefined ? null : readKey(names.userKeyType, 'userId', userId)
}

function readLog(given: Readonly<Record<string, unknown>>): ReadLog | null {
  const { log } = given
  const source = given.source === undefined ? null : readText('source', given.source)
  const reason = given.reason === undefined ? null : readText('reason', given.reason)
  if (log === undefined || log === false) return null
  if (log !== true) throw new ContextError('invalid value', 'log is neither true nor false')
  if (source === null) throw new ContextError('invalid value', 'source is missing: the access log names it')
  return { source, reason: reason ?? source }
}

function readTransaction(given: Readonly<Record<string, unknown>>): {
  isolationLevel: IsolationLevel | null
  accessMode: AccessMode | null
} {
  const { isolationLevel, accessMode } = given
  return {
    isolationLevel:
      isolationLevel === undefined ? null : readOneOf('isolationLevel', isolationLevel, isolationLevels),
    accessMode: accessMode === undefined ? null : readOneOf('accessMode', accessMode, accessModes),
  }
}

/** `tenant 5f0c…`, for messages. */
export function describeScope(scope: Scope): string {
  switch (scope.kind) {
    case 'tenant':
      return `tenant ${scope.tenantId} (user ${scope.userId})`
    case 'user':
      return `user ${scope.userId}`
    case 'system task':
      return `the system task ${scope.task}`
    case 'support':
      return `support for tenant ${scope.tenantId}`
  }
}

/**
 * Whether the one may run in the transaction of the other: the same tenant and user, or what the access log would tell in
 * the same words.
 */
export function isSameScope(one: Scope, other: Scope): boolean {
  return (
    one.kind === other.kind &&
    one.userId === other.userId &&
    subject(one) === subject(other) &&
    reason(one) === reason(other)
  )
}

function subject(scope: Scope): string {
  return scope.kind === 'system task' ? scope.task : scope.kind === 'user' ? '' : scope.tenantId
}

function reason(scope: Scope): string {
  return 'reason' in scope ? scope.reason : ''
}
