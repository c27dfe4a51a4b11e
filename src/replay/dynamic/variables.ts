import { isArray, Row, Unknown, unknown, type Value } from './value.ts'

export interface Variable {
  /** As the declaration writes it; null for a loop's own. */
  readonly type: string | null
  value: Value
}

/** What the values of some variables were. */
export type Snapshot = ReadonlyMap<Variable, Value>

/** The variables of code that runs, innermost block last. */
export class Variables {
  readonly #blocks: { readonly label: string | null; readonly variables: Map<string, Variable> }[] = []
  /** `$1` and on. */
  readonly #parameters: readonly Variable[]

  constructor(parameters: readonly Variable[] = []) {
    this.#parameters = parameters
  }

  enter(label: string | null): void {
    this.#blocks.push({ label, variables: new Map() })
  }

  leave(): void {
    this.#blocks.pop()
  }

  declare(name: string, variable: Variable): void {
    this.#blocks.at(-1)?.variables.set(name, variable)
  }

  parameter(number: number): Variable | undefined {
    return this.#parameters[number - 1]
  }

  find(name: string): Variable | undefined {
    return this.#blocks.findLast(({ variables }) => variables.has(name))?.variables.get(name)
  }

  /** The value that a dotted name means: a variable, its field, or a variable by the label of its block. */
  read(names: readonly string[]): Value | undefined {
    const [first = '', ...rest] = names
    const variable = this.find(first)
    if (variable !== undefined) return fieldOf(variable.value, rest)
    const labelled = this.labelled(names)
    return labelled === undefined ? undefined : fieldOf(labelled.value, rest.slice(1))
  }

  /** The variable that a name means which starts with the label of a block. */
  labelled([label, name = '']: readonly string[]): Variable | undefined {
    return this.#blocks.findLast((block) => block.label === label)?.variables.get(name)
  }

  snapshot(): Snapshot {
    const all = [...this.#blocks.flatMap(({ variables }) => [...variables.values()]), ...this.#parameters]
    return new Map(all.map((variable) => [variable, variable.value]))
  }
}

export function restore(snapshot: Snapshot): void {
  for (const [variable, value] of snapshot) variable.value = value
}

/** Leaves in each variable what it has in all snapshots, if that is one value. */
export function join(snapshots: readonly Snapshot[]): void {
  const [first, ...others] = snapshots
  for (const [variable, value] of first ?? []) {
    const isSame = others.every((other) => isIdentical(other.get(variable) ?? null, value))
    variable.value = isSame ? value : unknown
  }
}

function isIdentical(left: Value, right: Value): boolean {
  if (left instanceof Unknown || right instanceof Unknown) return left === right
  if (isArray(left) && isArray(right)) {
    return left.length === right.length && left.every((item, at) => isIdentical(item, right[at] ?? null))
  }
  return left === right
}

function fieldOf(value: Value, names: readonly string[]): Value | undefined {
  const [name, ...rest] = names
  if (name === undefined) return value
  if (value === null) return null
  if (value instanceof Unknown) return unknown
  return value instanceof Row ? fieldOf(value.get(name), rest) : undefined
}
