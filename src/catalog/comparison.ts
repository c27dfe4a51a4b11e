import type { Expression, Grant, RoleName, SchemaModel } from '../model/schema-model.ts'
import { majorOf } from '../model/server-facts.ts'
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
  /** Of enums: a constant goes by the new name where a label was renamed. */
  readonly #labels: readonly [left: ReadonlySet<string>, right: ReadonlySet<string>]

  /** The older of the servers that the sides are of; infinite where none is. */
  readonly #version: number
  /** Whether servers of one major version printed both sides: they print the same thing in the same way. */
  readonly #isPrintedAlike: boolean

  constructor(left: SchemaModel, right: SchemaModel, migrationRole: RoleName | null) {
    const versions = [left, right].map(({ server }) => server?.version ?? Number.POSITIVE_INFINITY)
    const [one, other] = versions.map(majorOf)
    this.#version = Math.min(...versions)
    this.#isPrintedAlike = one === other && Number.isFinite(one)
    this.#migrationRole = migrationRole
    this.#labels = [labelsOf(left), labelsOf(right)]
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

  /** Roles each once, CURRENT_USER for the one that runs the migrations; null where it is named so and not known. */
  toldRoles(roles: readonly RoleName[]): RoleName[] | null {
    if (this.#migrationRole === null && roles.includes(currentUser)) return null
    return [...new Set(roles.map((role) => (role === this.#migrationRole ? currentUser : role)))]
  }

  /** For what a side can't tell. */
  skip(place: Place, left: unknown, right: unknown): void {
    this.notCompared.push(differenceAt(place, textOf(left), textOf(right)))
  }

  differ(place: Place, left: string | null, right: string | null): void {
    this.differences.push(differenceAt(place, left, right))
  }

  /** Texts of what a replay keeps as it was written: the same, or told apart only where one server prints both. */
  written(place: Place, left: string | null, right: string | null): void {
    if (left === right || this.#isPrintedAlike) this.value(place, left, right)
    else this.skip(place, left, right)
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

  #isLooselyEqual(left: string, right: string): boolean {
    if (this.#isPrintedAlike) return false
    const [labels, others] = this.#labels
    const isNewLabel = (one: string, other: string) => !labels.has(one) && others.has(other)
    return looselyEqual(left, right, isNewLabel)
  }

  #texts(place: Place, left: string | null, right: string | null): void {
    if (left === right) this.compared++
    else if (left !== null && right !== null && this.#isLooselyEqual(left, right)) {
      this.notCompared.push(differenceAt(place, left, right))
    } else {
      this.compared++
      this.differ(place, left, right)
    }
  }
}

function labelsOf({ types }: SchemaModel): ReadonlySet<string> {
  return new Set([...types.values()].flatMap(({ labels }) => labels))
}

/** Owns `public` from PostgreSQL 15 on: whoever owns the database, and so runs the migrations. */
const databaseOwner = 'pg_database_owner'

/** How a replay lists the role that runs the migrations. */
const currentUser = 'current_user'

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
