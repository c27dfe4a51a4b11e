import type { Severity } from '../findings/finding.ts'
import type { Provenance, RelationId, SchemaModel } from '../model/schema-model.ts'
import type { Isolation } from '../policy/isolation.ts'
import type { TenancyInput } from '../tenancy/declaration.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'

/** What `find` yields: one defect of one subject. */
export interface Found {
  /** The finest object concerned, as findings name it: `public.invoices`, `public.invoices/tenant_isolation`. */
  readonly subject: string
  /** The relation that the defect hangs on; null where it hangs on none. */
  readonly relation: RelationId | null
  /** Names the object and the consequence. */
  readonly message: string
  /** What to do, starting with a verb. */
  readonly help?: string
  /** The statement to point at. */
  readonly source: Provenance | null
}

/** What of a relation's own record few checks look at, so that a change of it is for those alone to look at again. */
export type RelationPart =
  | 'columns'
  | 'constraints'
  | 'grants'
  | 'indexes'
  | 'owner'
  | 'partitionBy'
  | 'rules'
  | 'triggers'

type NonEmpty<T> = readonly [T, ...T[]]

/** SQL of one migration, or of several in order. */
type ExampleSql = string | NonEmpty<string>

/** Major versions, both included. */
export interface PostgresVersions {
  readonly from?: number
  readonly to?: number
}

interface Example {
  readonly name: string
  readonly sql: ExampleSql
  /** The versions of PostgreSQL that can run it; all where left out. */
  readonly postgres?: PostgresVersions
  /** What was changed on the server, and no migration tells. */
  readonly byHand?: string
  /** What differs from the tenancy of the example prelude (`test/checks/prelude.ts`). */
  readonly tenancy?: TenancyInput
}

export interface BadExample extends Example {
  /** The sources whose model shows this one, where not all of the check's do. */
  readonly sources?: NonEmpty<ModelSource>
  /** Subjects of the findings, in order. */
  readonly finds: NonEmpty<string>
  /** Ids of other checks that find an error in it too, where that can't be helped. */
  readonly beside?: NonEmpty<string>
  /**
   * A query that shows or changes a row of another tenant when the app role runs it in the context of its own, before the fix and
   * not after it.
   */
  readonly leaks?: string
  /** The role that runs `leaks`, where it isn't the app role. */
  readonly as?: string
  /** SQL that writes rows without which it doesn't leak, beside those of the two tenants that every table is given. */
  readonly rows?: string
}

export type GoodExample = Example

/** Why something is an error although no query shows a foreign row. A closed list. */
export type ErrorRule =
  | 'missing clause'
  | 'not forced'
  | 'no policy'
  | 'uncategorised'
  | 'key missing'
  | 'unmodelled'
  | 'drift'

/** What builds a model: a replay of migrations, or the catalog of a running server. */
export type ModelSource = 'replay' | 'catalog'

interface CheckBase<F extends Found> {
  /** Names the defect, and reads well after "accept". */
  readonly id: string
  readonly severity: Severity
  readonly title: string
  /** The versions of PostgreSQL that it applies to; all where left out. */
  readonly postgres?: PostgresVersions
  /**
   * The sources whose model shows it; both where left out. Migrations alone tell how a relation came to be and what a server
   * refused, a server alone who owns what and who may become whom.
   */
  readonly sources?: NonEmpty<ModelSource>
  /** Why it leaks, in plain words, for someone who has never heard of it. */
  readonly rationale: string
  /** When living with it is right. */
  readonly accept: string
  readonly bad: NonEmpty<BadExample>
  readonly good: NonEmpty<GoodExample>
  /**
   * The parts of a relation's own record that `find` looks at, beside what the relation is to the tenants, its policies and the
   * columns in them, and whether row security is on. All of them, where it is left out.
   */
  readonly reads?: readonly RelationPart[]
  /** Pure: the defects of what the model asks to be examined. `isolation` answers what checks ask in common. */
  find(model: SchemaModel, tenancy: Tenancy, isolation: Isolation): Iterable<F>
  /** SQL of a new forward migration that mends it, or null where this one can't be mended mechanically. */
  fix?(found: F): string | null
}

/** An error shows a foreign row in its bad examples (`leaks`), or says by which rule it is an error without one. */
type Demonstrated<F extends Found> =
  | (CheckBase<F> & { readonly severity: 'warning' | 'info' })
  | (CheckBase<F> & { readonly severity: 'error'; readonly rule: ErrorRule })
  | (CheckBase<F> & {
      readonly severity: 'error'
      readonly bad: NonEmpty<BadExample & { readonly leaks: string }>
    })

export type Check<F extends Found = Found> = CheckBase<F> & { readonly rule?: ErrorRule }

/**
 * Declares a check. One file each in `src/checks/`, named by its id; `npm run generate` puts it into the registry,
 * the documentation and the config's schema.
 */
export function defineCheck<const F extends Found>(check: Demonstrated<F>): Check<F> {
  return Object.freeze(check)
}
