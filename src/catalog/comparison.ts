import type { Expression, Grant, RoleName, SchemaModel } from '../model/schema-model.ts'
import { knownNames } from '../policy/known-names.ts'
import { printExpression, printQuery } from '../sql/expression.ts'
import { looselyEqual } from '../sql/normal-form/loosely-equal.ts'
import { normalExpression, normalQuery } from '../sql/normal-form/normal-form.ts'
import type { Scope } from '../sql/normal-form/scope.ts'
import type { KnownNames } from '../sql/normal-form/typed.ts'

export type ObjectKind = Exclude<keyof SchemaModel, 'unmodelled' | 'server' | 'focus'>

/** One fact that two models tell differently. */
export interface Difference {
  /** The map of the model that has the object. */
  readonly kind: ObjectKind
  /** The object's key in that map. */
  readonly id: string
  /** The part of the object, of those that have names: `policies.own_rows`; null for the object itself. */
  readonly part: string | null
  /** The field of the object or part; null where one side doesn't have the whole. */
  readonly field: string | null
  /** What each side says, as text; null for nothing. */
  readonly left: string | null
  readonly right: string | null
}

/** Where a comparison stands. */
export interface Place {
  readonly kind: ObjectKind
  readonly id: string
  readonly part: string | null
  readonly field: string | null
  /** What the names of an expression mean on each side. */
  readonly scopes: { readonly left: Scope; readonly right: Scope } | null
  /** The type that is asked of an expression. */
  readonly type: string | null
}

/** Compares the facts of two models, and keeps what differs and what could not be compared. */
export class Comparison {
  readonly differences: Difference[] = []
  readonly notCompared: Difference[] = []
  compared = 0
  readonly #migrationRole: RoleName | null
  readonly #left: KnownNames
  readonly #right: KnownNames

  /** The older of the servers that the sides are of; infinite where none is. */
  readonly #version: number

  constructor(left: SchemaModel, right: SchemaModel, migrationRole: RoleName | null) {
    this.#version = Math.min(
      ...[left, right].map(({ server }) => server?.version ?? Number.POSITIVE_INFINITY),
    )
    this.#migrationRole = migrationRole
    this.#left = knownNames(left)
    this.#right = knownNames(right)
  }

  /**
   * Whether both sides can tell of a grant. What an owner may do is none, MAINTAIN is of PostgreSQL 17, and until 14
   * everybody could create in `public`.
   */
  tellsOf({ privilege, grantee }: Pick<Grant, 'privilege' | 'grantee'>, on?: Place): boolean {
    if (grantee === this.#migrationRole) return false
    if (privilege === 'maintain') return this.#version >= 170_000
    const isOpenPublic = on?.kind === 'namespaces' && on.id === 'public' && grantee === 'public'
    return !(isOpenPublic && privilege === 'create' && this.#version < 150_000)
  }

  value(place: Place, left: unknown, right: unknown): void {
    this.compared++
    const [one, other] = [textOf(left), textOf(right)]
    if (one !== other) this.differ(place, one, other)
  }

  owner(place: Place, left: RoleName | null, right: RoleName | null): void {
    const plain = (role: RoleName | null) =>
      role === this.#migrationRole || role === databaseOwner ? null : role
    this.value(place, plain(left), plain(right))
  }

  /** For what a side can't tell. */
  skip(place: Place, left: unknown, right: unknown): void {
    this.notCompared.push(differenceAt(place, textOf(left), textOf(right)))
  }

  differ(place: Place, left: string | null, right: string | null): void {
    this.differences.push(differenceAt(place, left, right))
  }

  expression(place: Place, left: Expression | null, right: Expression | null): void {
    this.#texts(place, left && this.#print(place, left, 'left'), right && this.#print(place, right, 'right'))
  }

  query(place: Place, left: Expression, right: Expression): void {
    this.#texts(place, printQuery(normalQuery(left, this.#left)), printQuery(normalQuery(right, this.#right)))
  }

  #print({ scopes, type }: Place, expression: Expression, side: 'left' | 'right'): string {
    const names = side === 'left' ? this.#left : this.#right
    return printExpression(normalExpression(expression, names, scopes?.[side], type ?? undefined))
  }

  #texts(place: Place, left: string | null, right: string | null): void {
    if (left === right) this.compared++
    else if (left !== null && right !== null && looselyEqual(left, right)) {
      this.notCompared.push(differenceAt(place, left, right))
    } else {
      this.compared++
      this.differ(place, left, right)
    }
  }
}

/** Owns `public` from PostgreSQL 15 on: whoever owns the database, and so runs the migrations. */
const databaseOwner = 'pg_database_owner'

function differenceAt(
  { kind, id, part, field }: Place,
  left: string | null,
  right: string | null,
): Difference {
  return { kind, id, part, field, left, right }
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
