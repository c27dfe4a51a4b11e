import type { Relation } from '../../src/model/schema-model.ts'
import { Isolation } from '../../src/policy/isolation.ts'
import { RoutineBodies } from '../../src/policy/routines.ts'
import { type Truth, truthOf } from '../../src/policy/truth.ts'
import { printExpression } from '../../src/sql/expression.ts'
import { modelOf, type Played } from '../checks/examples.ts'

const invoices = `create table public.invoices (id uuid primary key, tenant_id uuid not null, total numeric, note text);`

/** What a predicate of invoices gives whatever the row and the context are. */
export function alwaysTrueOf(expression: string): Truth {
  const model = modelOf([`${invoices}\ncreate policy p on public.invoices for select using (${expression});`])
  const relation = relationOf({ model }, 'public.invoices')
  const [policy] = relation.policies
  if (policy?.using == null) throw new Error(`no policy with ${expression}`)
  return truthOf(policy.using, relation)
}

export function relationOf({ model }: Pick<Played, 'model'>, id: string): Relation {
  const relation = model.relations.get(id)
  if (relation === undefined) throw new Error(`${id} is not in the model`)
  return relation
}

/** The clauses of a relation's policies that admit foreign rows, and by which branch. */
export function openingsIn(played: Played, id: string): string[] {
  const isolation = new Isolation(played.model, played.tenancy, new RoutineBodies())
  return isolation
    .openings(relationOf(played, id))
    .map(({ policy, clause, branch }) => `${policy.name} ${clause}: ${printExpression(branch)}`)
}
