import type { Origin, Relation, RelationKind } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import type { StatementContext } from './context.ts'
import { temporaryNamespace } from './names.ts'
import { initialGrants } from './privileges.ts'

interface NewRelation {
  readonly namespace: string
  readonly name: string
  readonly kind: RelationKind
  readonly unlogged?: boolean
  readonly how?: Origin['how']
  readonly from?: Origin['from']
}

/** A relation as it is before anything is said of it: its owner, what default privileges grant on it, how it came to be. */
export function newRelation(
  context: StatementContext,
  { namespace, name, kind, unlogged = false, how = 'create', from = [] }: NewRelation,
): Relation {
  const { state, source } = context
  const id = displayId(namespace, name)
  const logged = unlogged ? 'unlogged' : 'permanent'
  return {
    id,
    namespace,
    name,
    kind,
    persistence: namespace === temporaryNamespace ? 'temporary' : logged,
    owner: state.session.role,
    columns: [],
    constraints: [],
    indexes: [],
    rowSecurityEnabled: false,
    rowSecurityForced: false,
    policies: [],
    triggers: [],
    rules: [],
    grants: initialGrants(state, 'tables', namespace),
    partitionOf: null,
    partitionBy: null,
    inherits: [],
    view: null,
    origin: { how, from, replaces: state.formerIds.get(id) ?? null },
    source,
    rowSecurityEnabledSource: null,
    rowSecurityForcedSource: null,
  }
}
