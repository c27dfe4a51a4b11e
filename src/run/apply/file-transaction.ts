import type { Node } from 'libpg-query'
import type { FileTransaction } from '../../replay/migration.ts'
import type { Connection } from '../../sql/connection.ts'
import { as } from '../../sql/node.ts'
import { refusesTransaction } from './outside-transaction.ts'

/**
 * The transactions of a history, as the tool that runs it opens and ends them. What a file says itself (BEGIN, COMMIT)
 * is sent like any other statement, and seen here for what it leaves behind.
 */
export class Transactions {
  readonly #connection: Connection
  #mode: FileTransaction = 'none'
  /** `implicit`: the one that PostgreSQL opens around a message of several statements. */
  #open: 'no' | 'explicit' | 'implicit' = 'no'

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get isOpen(): boolean {
    return this.#open !== 'no'
  }

  /** `statements`: all that the file holds. */
  async startFile(mode: FileTransaction, statements: readonly Node[]): Promise<void> {
    this.#mode = modeOf(mode, statements)
    if (this.#mode === 'around') await this.#begin('explicit')
    if (this.#mode === 'history' && this.#open === 'no') await this.#begin('explicit')
  }

  /** Whether the statement is to be sent: BEGIN in a message of several statements makes its transaction last. */
  async before(node: Node | null): Promise<boolean> {
    if (this.#mode !== 'one-message' || this.#open === 'explicit') return true
    const isBegin = opens(node)
    if (this.#open === 'no') await this.#begin('implicit')
    if (isBegin) this.#open = 'explicit'
    return !isBegin
  }

  after(node: Node): void {
    const { kind, chain } = as(node, 'TransactionStmt') ?? {}
    if (opens(node)) this.#open = 'explicit'
    else if (
      kind === 'TRANS_STMT_COMMIT' ||
      kind === 'TRANS_STMT_ROLLBACK' ||
      kind === 'TRANS_STMT_PREPARE'
    ) {
      this.#open = chain === true ? 'explicit' : 'no'
    }
  }

  /** A transaction that the file opened itself and left open goes on, if the session does. */
  async endFile(): Promise<void> {
    if (this.#open === 'implicit' || (this.#mode === 'around' && this.#open !== 'no')) await this.commit()
  }

  async commit(): Promise<void> {
    if (this.#open !== 'no') await this.#connection.query('commit')
    this.#open = 'no'
  }

  /** True if there was one to roll back. */
  async rollback(): Promise<boolean> {
    const wasOpen = this.isOpen
    this.#open = 'no'
    if (wasOpen) await this.#connection.query('rollback')
    return wasOpen
  }

  /** After a failure, which is the error to be told of: with a server that is gone, the transaction is gone too. */
  async abandon(): Promise<void> {
    await this.rollback().catch(() => false)
  }

  async #begin(as: 'explicit' | 'implicit'): Promise<void> {
    if (this.#open === 'no') await this.#connection.query('begin')
    this.#open = as
  }
}

function modeOf(mode: FileTransaction, statements: readonly Node[]): FileTransaction {
  if (mode === 'where-possible') return statements.some(refusesTransaction) ? 'none' : 'around'
  if (mode === 'one-message' && statements.length === 1) return 'none'
  return mode
}

function opens(node: Node | null): boolean {
  const kind = node === null ? undefined : as(node, 'TransactionStmt')?.kind
  return kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START'
}
