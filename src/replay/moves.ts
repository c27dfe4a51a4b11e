import type { Type } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import type { State } from './state.ts'

/** Where an object of a namespace stands. */
export interface Address {
  readonly namespace: string
  readonly name: string
}

/** What is renamed or moved, by the id that it had: relations, sequences, types and routines. */
export class Moves {
  readonly #to = new Map<string, Address & { readonly id: string }>()

  constructor(state: State, addresses: ReadonlyMap<string, Address>) {
    for (const [id, address] of addresses) {
      if (!state.routines.has(id)) {
        this.#to.set(id, { ...address, id: displayId(address.namespace, address.name) })
      }
    }
    for (const routine of state.routines.values()) {
      const { namespace, name } = addresses.get(routine.id) ?? routine
      const id = `${displayId(namespace, name)}(${routine.arguments.map((type) => this.typeAfter(type)).join(', ')})`
      if (id !== routine.id) this.#to.set(routine.id, { namespace, name, id })
    }
  }

  has(id: string): boolean {
    return this.#to.has(id)
  }

  /** Where an object stands now; undefined where it stays. */
  get(id: string): (Address & { readonly id: string }) | undefined {
    return this.#to.get(id)
  }

  readonly idAfter = (id: string): string => this.#to.get(id)?.id ?? id

  /** A type as the model writes it, `public.mood[]` or `public.short(3)`, after its own move. */
  readonly typeAfter = (type: string): string => {
    const element = elementType(type)
    return element === type ? this.idAfter(type) : this.idAfter(element) + type.slice(element.length)
  };

  [Symbol.iterator](): IterableIterator<[string, Address & { readonly id: string }]> {
    return this.#to.entries()
  }
}

/** The type of the elements where it is an array, without its modifier: what the id of a type is compared with. */
export function elementType(type: string): Type['id'] {
  const element = type.endsWith('[]') ? type.slice(0, -2) : type
  const modifier = element.endsWith(')') ? element.lastIndexOf('(') : -1
  return modifier < 0 ? element : element.slice(0, modifier)
}
