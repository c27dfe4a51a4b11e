/**
 * - `invalid value`: a value of the context is missing or not of its type. Nothing was sent.
 * - `no context`: a query outside of any context, through a pool or dialect that is guarded.
 * - `other context`: a second context, or the root database, inside of one that is open.
 * - `ended`: a query through a context that is over.
 * - `unguarded`: a Kysely without a guarded dialect.
 * - `exempt role`: the connection's role is not held by row security, or could free itself of it.
 * - `not opened`: the server refused to open the context. Its error is the `cause`.
 * - `changed`: `fn` left another role, tenant or user behind than it was given, or ended the transaction.
 * - `aborted`: an error inside of `fn` was swallowed, so that there was nothing left to commit.
 * - `not logged`: the transaction failed, and what it had read could not be written to the access log again.
 */
export type ContextErrorCode =
  | 'invalid value'
  | 'no context'
  | 'other context'
  | 'ended'
  | 'unguarded'
  | 'exempt role'
  | 'not opened'
  | 'changed'
  | 'aborted'
  | 'not logged'

/** What goes wrong with a context itself. Errors of queries and of `fn` are passed on as they are. */
export class ContextError extends Error {
  override readonly name = 'ContextError'
  readonly code: ContextErrorCode

  constructor(code: ContextErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
