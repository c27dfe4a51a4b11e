import type { Provenance } from '../model/schema-model.ts'
import { type Journal, JournaledMap } from './journal.ts'

/** The transaction that is open: where it started, in the text and in the journal. */
interface Transaction {
  readonly place: { readonly source: Provenance; readonly text: string }
  readonly mark: number
  readonly savepoints: { name: string; mark: number }[]
}

/** Settings that RESET ALL leaves alone. */
const identity = ['role', 'session_authorization']

/**
 * What a session carries from one statement to the next: settings, the role in force, the open transaction.
 * Settings are transactional in PostgreSQL, so they go through the journal too.
 */
export class Session {
  readonly #journal: Journal
  /** Values set by SET, SET LOCAL and set_config, by lower-case name. Absent: the default. */
  readonly settings: JournaledMap<string>
  #transaction: Transaction | null = null
  #defaultPath: readonly string[] = ['public']
  /** Values to go back to at the end of the transaction (SET LOCAL); undefined for the default. */
  readonly #local = new Map<string, string | undefined>()

  constructor(journal: Journal) {
    this.#journal = journal
    this.settings = new JournaledMap(journal)
  }

  /** Namespaces to search, in order, `$user` left out; `pg_catalog` is always searched besides. */
  get searchPath(): readonly string[] {
    const value = this.settings.get('search_path')
    return value === undefined ? this.#defaultPath : (JSON.parse(value) as string[])
  }

  /** The role that statements run under if one was set (SET ROLE, SET SESSION AUTHORIZATION), else null. */
  get role(): string | null {
    return this.settings.get('role') ?? this.settings.get('session_authorization') ?? null
  }

  /** The transaction that BEGIN opened and nothing has ended. */
  get opened(): Pick<Transaction, 'place' | 'mark'> | null {
    return this.#transaction
  }

  /** How often a setting was set for longer than a transaction: what a routine's own SET gives way to. */
  readonly plainSets = new Map<string, number>()

  /**
   * Sets a setting, or resets it where `value` is undefined. `local`: until the transaction ends, or the file where it
   * opens none, for most tools run a file in a transaction of their own.
   */
  set(name: string, value: string | undefined, local: boolean): void {
    if (local) {
      if (!this.#local.has(name)) this.#local.set(name, this.settings.get(name))
    } else {
      this.#local.delete(name)
      this.plainSets.set(name, (this.plainSets.get(name) ?? 0) + 1)
    }
    if (value === undefined) this.settings.delete(name)
    else this.settings.set(name, value)
  }

  /** False where a transaction is open already (PostgreSQL warns and goes on). */
  begin(place: Transaction['place']): boolean {
    if (this.#transaction !== null) return false
    this.#transaction = { place, mark: this.#journal.mark(), savepoints: [] }
    return true
  }

  commit(): void {
    for (const [name, value] of this.#local) {
      if (value === undefined) this.settings.delete(name)
      else this.settings.set(name, value)
    }
    this.#local.clear()
    this.#transaction = null
  }

  /** False where there is no transaction to roll back. */
  rollback(): boolean {
    if (this.#transaction === null) return false
    this.#journal.rollbackTo(this.#transaction.mark)
    this.#local.clear()
    this.#transaction = null
    return true
  }

  savepoint(name: string): void {
    this.#transaction?.savepoints.push({ name, mark: this.#journal.mark() })
  }

  /** False where no savepoint has the name. */
  releaseSavepoint(name: string): boolean {
    const at = this.#find(name)
    if (at < 0) return false
    this.#transaction?.savepoints.splice(at)
    return true
  }

  /** False where no savepoint has the name. The savepoint itself stays. */
  rollbackToSavepoint(name: string): boolean {
    const at = this.#find(name)
    const savepoint = this.#transaction?.savepoints[at]
    if (savepoint === undefined) return false
    this.#journal.rollbackTo(savepoint.mark)
    this.#transaction?.savepoints.splice(at + 1)
    return true
  }

  /** A new session, as when a tool opens a connection for each file: settings go back to their defaults. */
  reset(defaultPath: readonly string[]): void {
    this.#defaultPath = defaultPath
    this.#clear()
  }

  /** RESET ALL. */
  resetAll(): void {
    for (const name of [...this.settings.view.keys()]) {
      if (!identity.includes(name)) this.set(name, undefined, false)
    }
  }

  /** DISCARD ALL: settings go back to what they were when the session started. */
  discard(): void {
    this.#clear()
  }

  #clear(): void {
    this.#local.clear()
    for (const name of [...this.settings.view.keys()]) this.settings.delete(name)
  }

  #find(name: string): number {
    return this.#transaction?.savepoints.findLastIndex((savepoint) => savepoint.name === name) ?? -1
  }
}
