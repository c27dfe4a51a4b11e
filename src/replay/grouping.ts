/** The values of a map by what several of them share: routines by name, sequences by owner. */
export class Grouping<V> {
  readonly #get: (key: string) => V | undefined
  readonly #groupsOf: (value: V) => readonly string[]
  readonly #keys = new Map<string, Set<string>>()

  constructor(get: (key: string) => V | undefined, groupsOf: (value: V) => readonly string[]) {
    this.#get = get
    this.#groupsOf = groupsOf
  }

  /** The values of a group, in the order in which they joined it. */
  group(name: string): V[] {
    const values: V[] = []
    for (const key of this.#keys.get(name) ?? []) {
      const value = this.#get(key)
      if (value !== undefined) values.push(value)
    }
    return values
  }

  /** Takes a key from the groups of the value that it had to those of the value that it has. */
  move(key: string, before: V | undefined, after: V | undefined): void {
    const left = before === undefined ? [] : this.#groupsOf(before)
    const joined = after === undefined ? [] : this.#groupsOf(after)
    if (isSame(left, joined)) return
    for (const name of left) if (!joined.includes(name)) this.#keys.get(name)?.delete(key)
    for (const name of joined) {
      const keys = this.#keys.get(name)
      if (keys === undefined) this.#keys.set(name, new Set([key]))
      else keys.add(key)
    }
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false
  return true
}
