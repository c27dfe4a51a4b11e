import type { Node } from 'libpg-query'
import type { Provenance, RelationId } from '../model/schema-model.ts'
import type { NodeOf, StatementKind } from '../sql/node.ts'
import type { State } from './state.ts'

/** Where a statement stands that is replayed as part of another. */
export interface InnerPlace {
  readonly source: Provenance
  readonly text: string
  /** Whether `text` is not what stands there, but what a reader of the file put in its place. */
  readonly isSubstituted?: boolean
  /** The offset in the file of a `location` in the statement's own parse tree. */
  offsetOf(location: number | undefined): number
}

/** What a statement family is given beside its node. */
export class StatementContext {
  readonly state: State
  /** The statement's own place. */
  readonly source: Provenance
  /** The statement as it is run. */
  readonly text: string
  /** Whether it stands otherwise in the file, so that no place in it is a place there. */
  readonly isSubstituted: boolean
  readonly #offsetOf: (location: number | undefined) => number
  readonly #dispatch: Dispatch

  constructor(
    state: State,
    { source, text, isSubstituted = false, offsetOf }: InnerPlace,
    dispatch: Dispatch,
  ) {
    this.state = state
    this.source = source
    this.text = text
    this.isSubstituted = isSubstituted
    this.#offsetOf = offsetOf
    this.#dispatch = dispatch
  }

  /** Replays a statement that stands inside this one: an element of CREATE SCHEMA, a statement of a DO block. */
  replayInside(node: Node, place?: InnerPlace): void {
    this.#dispatch(node, place === undefined ? this : this.within(place))
  }

  /** The same for what stands inside the statement and is not replayed but reported. */
  within(place: InnerPlace): StatementContext {
    return new StatementContext(this.state, place, this.#dispatch)
  }

  /** The place of an element of the statement: from its `location` in the parse tree to the statement's end. */
  sourceAt(location: number | undefined): Provenance {
    if (location === undefined) return this.source
    const { file, end } = this.source
    return { file, start: this.#offsetOf(location), end }
  }

  /** Reports that the statement's effect is not known. `affects`: the relations that it may affect, null for any. */
  unmodelled(reason: string, affects: readonly RelationId[] | null): void {
    const { unmodelled } = this.state
    this.state.announce(affects ?? [])
    unmodelled.set(String(this.state.nextOrdinal()).padStart(9, '0'), {
      source: this.source,
      reason,
      affects,
      text: this.text,
    })
  }
}

/** Hands a statement to the family that has its kind. */
export type Dispatch = (node: Node, context: StatementContext) => void

export type Handler<K extends StatementKind> = (statement: NodeOf<K>, context: StatementContext) => void

/** A family handles some kinds; the registry must have them all, or it doesn't compile. */
export type Handlers = { readonly [K in StatementKind]: Handler<K> }
