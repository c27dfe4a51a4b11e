import type { AlterTableCmd, AlterTableStmt, Node } from 'libpg-query'
import type { Relation } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { creationNamespace, findRelation, isRelationNameTaken } from './names.ts'
import { newName } from './object-names.ts'
import type { State } from './state.ts'

/**
 * What a statement does by what the model has: it runs, it fails because its object exists already (`duplicate`) or because
 * what it names doesn't exist (`undefined`). `runs-surely`: nothing else can make it fail either.
 */
export type Outcome = 'runs' | 'runs-surely' | 'duplicate' | 'undefined' | 'unknown'

export function outcomeOf(state: State, node: Node): Outcome {
  const typeNames =
    as(node, 'CreateEnumStmt')?.typeName ??
    as(node, 'CreateRangeStmt')?.typeName ??
    as(node, 'CreateDomainStmt')?.domainname
  if (typeNames !== undefined) return typeOutcome(state, strings(typeNames))
  const composite = as(node, 'CompositeTypeStmt')?.typevar
  if (composite !== undefined) {
    const { schemaname, relname = '' } = composite
    return typeOutcome(state, schemaname === undefined ? [relname] : [schemaname, relname])
  }
  const table = as(node, 'CreateStmt')
  if (table?.relation !== undefined) {
    const { relation, if_not_exists } = table
    const isTaken = isRelationNameTaken(state, creationNamespace(state, relation), relation.relname ?? '')
    return isTaken && !if_not_exists ? 'duplicate' : 'runs'
  }
  const alter = as(node, 'AlterTableStmt')
  if (alter !== undefined) return alterOutcome(state, alter)
  const policy = as(node, 'CreatePolicyStmt')
  if (policy?.table !== undefined) {
    return elementOutcome(findRelation(state, policy.table)?.policies, policy.policy_name)
  }
  const trigger = as(node, 'CreateTrigStmt')
  if (trigger?.relation !== undefined) {
    const outcome = elementOutcome(findRelation(state, trigger.relation)?.triggers, trigger.trigname)
    return trigger.replace && outcome === 'duplicate' ? 'runs' : outcome
  }
  return clusterOutcome(state, node)
}

function clusterOutcome(state: State, node: Node): Outcome {
  const index = as(node, 'IndexStmt')
  if (index?.idxname !== undefined && index.relation !== undefined) {
    const relation = findRelation(state, index.relation)
    if (relation === undefined) return 'undefined'
    const isTaken = state.indexes.has(displayId(relation.namespace, index.idxname))
    return isTaken && !index.if_not_exists ? 'duplicate' : 'runs'
  }
  const schema = as(node, 'CreateSchemaStmt')
  if (schema?.schemaname !== undefined) {
    return state.namespaces.has(schema.schemaname) && !schema.if_not_exists ? 'duplicate' : 'runs'
  }
  const role = as(node, 'CreateRoleStmt')?.role
  if (role !== undefined) return state.roles.has(role) ? 'duplicate' : 'runs-surely'
  const publication = as(node, 'AlterPublicationStmt')
  if (publication?.action === 'AP_AddObjects') {
    const specs = (publication.pubobjects ?? []).map(
      (each) => as(each, 'PublicationObjSpec')?.pubtable?.relation,
    )
    const ids = specs.map((range) => (range === undefined ? undefined : findRelation(state, range)?.id))
    if (ids.includes(undefined)) return 'unknown'
    const published = state.publications.get(publication.pubname ?? '')?.relations ?? []
    return ids.some((id) => id !== undefined && published.includes(id)) ? 'duplicate' : 'runs-surely'
  }
  const routine = as(node, 'CreateFunctionStmt')
  return routine?.replace || as(node, 'CreateExtensionStmt')?.if_not_exists ? 'runs' : 'unknown'
}

function typeOutcome(state: State, names: readonly string[]): Outcome {
  const { id, namespace, name } = newName(state, names)
  return state.types.has(id) || isRelationNameTaken(state, namespace, name) ? 'duplicate' : 'runs-surely'
}

function elementOutcome(
  list: readonly { readonly name: string }[] | undefined,
  name: string | undefined,
): Outcome {
  if (list === undefined) return 'undefined'
  return list.some((each) => each.name === name) ? 'duplicate' : 'runs'
}

const switches = new Set<string>([
  'AT_EnableRowSecurity',
  'AT_DisableRowSecurity',
  'AT_ForceRowSecurity',
  'AT_NoForceRowSecurity',
] satisfies AlterTableCmd['subtype'][])

function alterOutcome(state: State, { relation: range, cmds, missing_ok }: AlterTableStmt): Outcome {
  const relation = range === undefined ? undefined : findRelation(state, range)
  if (relation === undefined) return missing_ok ? 'runs' : 'undefined'
  const outcomes = (cmds ?? []).map((cmd) => commandOutcome(relation, as(cmd, 'AlterTableCmd') ?? {}))
  const [first = 'unknown'] = outcomes
  return outcomes.every((outcome) => outcome === first) ? first : 'unknown'
}

function commandOutcome(relation: Relation, { subtype, def, missing_ok }: AlterTableCmd): Outcome {
  if (subtype !== undefined && switches.has(subtype)) return 'runs-surely'
  if (subtype === 'AT_AddColumn') {
    const outcome = elementOutcome(relation.columns, as(def, 'ColumnDef')?.colname)
    return missing_ok && outcome === 'duplicate' ? 'runs' : outcome
  }
  const constraint = as(def, 'Constraint')?.conname
  if (subtype === 'AT_AddConstraint' && constraint !== undefined) {
    return elementOutcome(relation.constraints, constraint)
  }
  return 'unknown'
}
