import type { Provenance } from '../model/schema-model.ts'
import { Grouping } from './grouping.ts'

/** One change of one map: `before` and `after` are undefined where the key was absent. */
export interface Change {
  readonly map: JournaledMap<unknown>
  readonly key: string
  readonly before: unknown
  readonly after: unknown
  /** The statement that made it. */
  readonly by: Provenance | null
}

/**
 * The order in which facts were set. ROLLBACK undoes it to a mark; `History` walks it forwards again,
 * so that a check can see the model as it stood at the end of each file without a copy of it.
 */
export class Journal {
  readonly #changes: Change[] = []
  /** The statement that is being replayed: what changes from here on is its doing. */
  statement: Provenance | null = null

  mark(): number {
    return this.#changes.length
  }

  record(map: JournaledMap<unknown>, key: string, before: unknown, after: unknown): void {
    this.#changes.push({ map, key, before, after, by: this.statement })
  }

  since(mark: number): readonly Change[] {
    return this.#changes.slice(mark)
  }

  /** Undoes and forgets what came after `mark`. */
  rollbackTo(mark: number): void {
    for (const { map, key, before } of this.#changes.slice(mark).reverse()) map.restore(key, before)
    this.#changes.length = mark
  }

  /** Shows the maps as they were at `from` instead of `to`, and keeps the journal. Groupings stay as they are. */
  rewind(from: number, to: number): void {
    for (let i = to - 1; i >= from; i--) {
      const change = this.#changes[i]
      if (change !== undefined) change.map.show(change.key, change.before)
    }
  }

  /** Shows the changes of `[from, to)` again after a `rewind`, and tells them. */
  forward(from: number, to: number): readonly Change[] {
    const changes = this.#changes.slice(from, to)
    for (const change of changes) change.map.show(change.key, change.after)
    return changes
  }
}

/** A map whose changes go through a journal. Values are immutable: to change one, set another in its place. */
export class JournaledMap<V> implements Iterable<[string, V]> {
  readonly #journal: Journal
  readonly #values = new Map<string, V>()
  readonly #groupings: Grouping<V>[] = []

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /** The live map, for reading. */
  get view(): ReadonlyMap<string, V> {
    return this.#values
  }

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  has(key: string): boolean {
    return this.#values.has(key)
  }

  values(): IterableIterator<V> {
    return this.#values.values()
  }

  [Symbol.iterator](): IterableIterator<[string, V]> {
    return this.#values.entries()
  }

  set(key: string, value: V): void {
    this.#change(key, value)
  }

  delete(key: string): boolean {
    if (!this.#values.has(key)) return false
    this.#change(key, undefined)
    return true
  }

  /** Sets what `change` makes of each value; nothing happens to those that it gives back. */
  replaceEach(change: (value: V) => V): void {
    for (const [key, value] of [...this.#values]) this.set(key, change(value))
  }

  /** Its values by what several may share, from now on. */
  groupedBy(groupsOf: (value: V) => readonly string[]): Grouping<V> {
    const grouping = new Grouping((key) => this.get(key), groupsOf)
    this.#groupings.push(grouping)
    return grouping
  }

  /** @internal For the journal alone. */
  restore(key: string, value: unknown): void {
    this.replace(key, this.#values.get(key), value as V | undefined)
  }

  /** @internal For the journal alone: shows another value for a time, of which what is derived from the values is not told. */
  show(key: string, value: unknown): void {
    if (value === undefined) this.#values.delete(key)
    else this.#values.set(key, value as V)
  }

  #change(key: string, after: V | undefined): void {
    const before = this.#values.get(key)
    if (before === after) return
    this.#journal.record(this as JournaledMap<unknown>, key, before, after)
    this.replace(key, before, after)
  }

  /** Sets a value in place of another, and tells what is derived from the values. */
  protected replace(key: string, before: V | undefined, after: V | undefined): void {
    for (const grouping of this.#groupings) grouping.move(key, before, after)
    this.show(key, after)
  }
}
