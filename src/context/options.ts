import type { ContextDeclaration, KeyInput, TaskName } from './names.ts'
import type { AccessMode, IsolationLevel } from './scope.ts'

export interface TransactionOptions {
  readonly isolationLevel?: IsolationLevel
  readonly accessMode?: AccessMode
}

/** Whether a read or an export is written to the access log, and as what. */
export type LogOptions =
  | {
      /** What asks: a page, an export, a webhook. */
      readonly source?: string
      readonly log?: false
    }
  | {
      readonly source: string
      readonly log: boolean
      /** Why, where the source does not say it. */
      readonly reason?: string
    }

export type TenantId<Declared extends ContextDeclaration> = KeyInput<Declared['keyType']>
export type UserId<Declared extends ContextDeclaration> = KeyInput<Declared['userKeyType']>

export type TenantOptions<Declared extends ContextDeclaration> = TransactionOptions &
  LogOptions & { readonly tenantId: TenantId<Declared>; readonly userId: UserId<Declared> }

export interface UserOptions<Declared extends ContextDeclaration> extends TransactionOptions {
  readonly userId: UserId<Declared>
}

export interface SystemTaskOptions<Declared extends ContextDeclaration> extends TransactionOptions {
  readonly task: TaskName<Declared>
  /** Why it runs now; the access log keeps it. */
  readonly reason: string
  /** Who started it, where a person did. */
  readonly userId?: UserId<Declared>
}

export interface SupportOptions<Declared extends ContextDeclaration>
  extends Pick<TransactionOptions, 'isolationLevel'> {
  readonly tenantId: TenantId<Declared>
  /** Why support looks; the access log keeps it. */
  readonly reason: string
  /** Who looks. */
  readonly userId?: UserId<Declared>
}
