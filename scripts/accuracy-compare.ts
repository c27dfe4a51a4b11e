import { isAffected } from '../src/model/affected.ts'
import type { Relation, SchemaModel } from '../src/model/schema-model.ts'
import { displayId } from '../src/sql/identifiers.ts'

/** What a PostgreSQL server held after the same files, as read from its catalog. */
export interface Truth {
  readonly relations: readonly TrueRelation[]
  readonly routines: readonly TrueRoutine[]
  /** Relations that the platform or an extension brought. */
  readonly platform: readonly { readonly id: string }[]
}

export interface TrueRelation {
  /** As the model's ids are written. */
  readonly id: string
  readonly relkind: 'r' | 'p' | 'v' | 'm' | 'f'
  readonly fromExtension: boolean
  readonly rowSecurityEnabled: boolean
  readonly rowSecurityForced: boolean
  readonly partitionOf: string | null
  readonly securityInvoker: boolean
  readonly columns: readonly { readonly name: string; readonly type: string; readonly notNull: boolean }[]
  readonly policies: readonly TruePolicy[]
}

export interface TruePolicy {
  readonly name: string
  readonly command: string
  readonly permissive: boolean
  readonly roles: readonly string[]
  readonly using: string | null
  readonly withCheck: string | null
}

export interface TrueRoutine {
  readonly namespace: string
  readonly name: string
  readonly args: string
  readonly security_definer: boolean
  readonly settings: readonly string[] | null
}

export type Verdict = 'announced' | 'silent'

export interface Difference {
  readonly subject: string
  readonly what: string
  /** Announced: an unmodelled statement names the relation, or may affect any. */
  readonly verdict: Verdict
  /** Announced by name, and not only by a statement that may affect any relation. */
  readonly named: boolean
}

export interface Comparison {
  /** Of tables, their flags, policies and partitions, and of views and their `security_invoker`. */
  readonly facts: readonly Difference[]
  /** Of columns and functions. */
  readonly details: readonly Difference[]
}

const kinds = {
  r: 'table',
  p: 'partitioned-table',
  v: 'view',
  m: 'materialized-view',
  f: 'foreign-table',
} as const

/** Holds a replayed model against a server. `known`: objects that the platform brings, and the tool's own tables. */
export function compare(model: SchemaModel, truth: Truth, known: ReadonlySet<string>): Comparison {
  const brought = truth.relations.filter(({ fromExtension }) => fromExtension)
  const ignored = new Set([...known, ...[...truth.platform, ...brought].map(({ id }) => id)])
  const verdictOf = announcer(model)
  const facts: Difference[] = []
  const details: Difference[] = []
  const expected = new Map(truth.relations.filter(({ id }) => !ignored.has(id)).map((it) => [it.id, it]))
  for (const relation of model.relations.values()) {
    if (relation.persistence === 'temporary' || ignored.has(relation.id)) continue
    const real = expected.get(relation.id)
    expected.delete(relation.id)
    const differ = (what: string) => ({ subject: relation.id, what, ...verdictOf(relation.id) })
    if (real === undefined) {
      facts.push(differ('PostgreSQL has no such relation'))
      continue
    }
    facts.push(...[...relationDifferences(relation, real)].map(differ))
    details.push(...[...columnDifferences(relation, real)].map(differ))
  }
  for (const id of expected.keys()) facts.push({ subject: id, what: 'not replayed', ...verdictOf(id) })
  for (const [id, what] of routineDifferences(model, truth, ignored)) {
    details.push({ subject: id, what, ...verdictOf(id) })
  }
  return { facts, details }
}

function announcer(model: SchemaModel): (id: string) => Pick<Difference, 'verdict' | 'named'> {
  const statements = [...model.unmodelled.values()]
  return (id) => {
    const affecting = statements.filter(({ affects }) => isAffected(affects, id))
    const named = affecting.some(({ affects }) => affects !== null)
    return { verdict: affecting.length > 0 ? 'announced' : 'silent', named }
  }
}

function* relationDifferences(relation: Relation, real: TrueRelation): Generator<string> {
  const pairs: [string, unknown, unknown][] = [
    ['kind', relation.kind, kinds[real.relkind]],
    ['row security enabled', relation.rowSecurityEnabled, real.rowSecurityEnabled],
    ['row security forced', relation.rowSecurityForced, real.rowSecurityForced],
    ['partition of', relation.partitionOf, real.partitionOf],
    ['security_invoker', relation.view?.securityInvoker ?? false, real.securityInvoker],
  ]
  for (const [what, ours, theirs] of pairs) {
    if (ours !== theirs) yield `${what}: ${String(ours)}, PostgreSQL ${String(theirs)}`
  }
  const policies = new Map(real.policies.map((policy) => [policy.name, policy]))
  for (const policy of relation.policies) {
    const other = policies.get(policy.name)
    policies.delete(policy.name)
    if (other === undefined) {
      yield `policy ${policy.name}: PostgreSQL has none`
      continue
    }
    const clauses: [string, unknown, unknown][] = [
      ['command', policy.command, other.command],
      ['permissive', policy.permissive, other.permissive],
      ['roles', [...policy.roles].sort().join(), [...other.roles].sort().join()],
      ['has USING', policy.using !== null, other.using !== null],
      ['has WITH CHECK', policy.withCheck !== null, other.withCheck !== null],
    ]
    for (const [what, ours, theirs] of clauses) {
      if (ours !== theirs)
        yield `policy ${policy.name}, ${what}: ${String(ours)}, PostgreSQL ${String(theirs)}`
    }
  }
  for (const name of policies.keys()) yield `policy ${name}: not replayed`
}

function* columnDifferences(relation: Relation, real: TrueRelation): Generator<string> {
  const columns = new Map(real.columns.map((column) => [column.name, column]))
  for (const column of relation.columns) {
    const other = columns.get(column.name)
    columns.delete(column.name)
    if (other === undefined) yield `column ${column.name}: PostgreSQL has none`
    else if (relation.view !== null) continue
    else if (column.type !== other.type)
      yield `column ${column.name}: ${column.type}, PostgreSQL ${other.type}`
    else if (column.notNull !== other.notNull) {
      yield `column ${column.name}: not null ${column.notNull}, PostgreSQL ${other.notNull}`
    }
  }
  if (relation.view !== null && relation.columns.length === 0) return
  for (const name of columns.keys()) yield `column ${name}: not replayed`
}

function* routineDifferences(
  model: SchemaModel,
  truth: Truth,
  ignored: ReadonlySet<string>,
): Generator<[string, string]> {
  const expected = new Map(
    truth.routines.map((it) => [`${displayId(it.namespace, it.name)}(${it.args})`, it]),
  )
  for (const routine of model.routines.values()) {
    if (ignored.has(routine.id)) continue
    const real = expected.get(routine.id)
    expected.delete(routine.id)
    if (real === undefined) yield [routine.id, 'PostgreSQL has no such function']
    else if (real.security_definer !== routine.securityDefiner) {
      yield [routine.id, `definer ${routine.securityDefiner}, PostgreSQL ${real.security_definer}`]
    } else if ((real.settings ?? []).join() !== routine.settings.join()) {
      yield [routine.id, `settings ${routine.settings.join()}, PostgreSQL ${(real.settings ?? []).join()}`]
    }
  }
}
