import { LineIndex } from '../findings/position.ts'
import { isTable } from '../model/questions.ts'
import type { Expression, Policy, Provenance, Relation, SchemaModel } from '../model/schema-model.ts'
import { categoryOf, tenantKeyOf } from '../policy/category.ts'
import { knownNames, relationScope } from '../policy/known-names.ts'
import { printExpression } from '../sql/expression.ts'
import { normalExpression } from '../sql/normal-form/normal-form.ts'
import type { KnownNames } from '../sql/normal-form/typed.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'

/** A model to be printed: what the migrations themselves declare, and under which tenancy. */
export interface PrintedModel {
  readonly model: SchemaModel
  readonly tenancy: Tenancy
  /** The text of each file; of what was replayed, what stands in no file (the platform's own objects) is not printed. */
  readonly texts: ReadonlyMap<string, string>
}

/** The model as `ringfence model --format json` prints it, sorted. */
export function modelFacts({ model, tenancy, texts }: PrintedModel) {
  const lines = new Map<string, LineIndex>()
  const names = { ...knownNames(model), hasRoutine: () => true } // Each keeps its namespace, known or not.
  const placeOf = (source: Provenance | null) => {
    const text = source === null ? undefined : texts.get(source.file)
    if (source === null || text === undefined) return { file: null, line: null }
    const index = lines.get(source.file) ?? new LineIndex(text)
    lines.set(source.file, index)
    return { file: source.file, line: index.positionOf(source.start).line }
  }
  const declared = <T extends { readonly source: Provenance | null }>(objects: ReadonlyMap<string, T>): T[] =>
    [...objects]
      .filter(([, { source }]) => (source === null ? model.server !== null : texts.has(source.file)))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object)
  return {
    relations: declared(model.relations).map((relation) => ({
      namespace: relation.namespace,
      name: relation.name,
      kind: relation.kind,
      tenancy: isTable(relation) ? categoryOf(model, tenancy, relation) : null,
      tenantKey: tenantKeyOf(model, tenancy, relation),
      rowSecurityEnabled: relation.rowSecurityEnabled,
      rowSecurityForced: relation.rowSecurityForced,
      owner: relation.owner,
      partitionOf: relation.partitionOf,
      columns: relation.columns.map(({ name, type, notNull }) => ({ name, type, notNull })),
      policies: policyFacts(relation, names),
      ...placeOf(relation.source),
    })),
    functions: declared(model.routines).map(
      ({ namespace, name, arguments: types, securityDefiner, settings }) => ({
        namespace,
        name,
        arguments: types.join(', '),
        securityDefiner,
        settings,
      }),
    ),
    views: declared(model.relations).flatMap(({ namespace, name, view }) =>
      view === null ? [] : [{ namespace, name, securityInvoker: view.securityInvoker }],
    ),
    roles: declared(model.roles).map(({ name, bypassRowSecurity, superuser }) => ({
      name,
      bypassRowSecurity,
      superuser,
    })),
    unmodelled: [...model.unmodelled.values()].map(({ source, reason, affects }) => ({
      ...placeOf(source),
      reason,
      affects,
    })),
  }
}

export type PolicyFacts = ReturnType<typeof policyFacts>[number]

/** Expressions in the form in which both sources say them alike. */
function policyFacts(relation: Relation, names: KnownNames) {
  const byName = (a: Policy, b: Policy) => (a.name < b.name ? -1 : 1)
  const scope = relationScope(relation)
  const printed = (expression: Expression | null): string | null =>
    expression === null ? null : printExpression(normalExpression(expression, names, scope))
  return [...relation.policies]
    .sort(byName)
    .map(({ name, command, permissive, roles, using, withCheck }) => ({
      name,
      command,
      permissive,
      roles,
      using: printed(using),
      withCheck: printed(withCheck),
    }))
}
