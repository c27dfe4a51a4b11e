import type { AlterEnumStmt } from 'libpg-query'
import type { Type } from '../../model/schema-model.ts'
import { strings } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { isRelationNameTaken, typeId, typeName } from '../names.ts'
import { newName } from '../object-names.ts'
import { createOperator } from './operators.ts'
import { createAggregate } from './routines.ts'

/** CREATE TYPE, CREATE DOMAIN and ALTER TYPE. Constraints of a domain and attributes of a composite type are no facts of the model. */
export const typeStatements = {
  CreateEnumStmt({ typeName: names, vals }, context) {
    createType(context, strings(names), { kind: 'enum', labels: strings(vals) })
  },

  CreateRangeStmt({ typeName: names }, context) {
    createType(context, strings(names), { kind: 'range' })
  },

  CompositeTypeStmt({ typevar }, context) {
    const { schemaname, relname = '' } = typevar ?? {}
    createType(context, schemaname === undefined ? [relname] : [schemaname, relname], { kind: 'composite' })
  },

  CreateDomainStmt({ domainname, typeName: base }, context) {
    const baseType = base === undefined ? null : typeName(context.state, base)
    createType(context, strings(domainname), { kind: 'domain', baseType })
  },

  DefineStmt(statement, context) {
    if (statement.kind === 'OBJECT_AGGREGATE') return createAggregate(statement, context)
    if (statement.kind === 'OBJECT_OPERATOR') return createOperator(statement, context)
    if (statement.kind !== 'OBJECT_TYPE') return
    const names = strings(statement.defnames)
    const shell = context.state.types.get(newName(context.state, names).id)
    if (shell?.kind !== 'base') createType(context, names, { kind: 'base' })
  },

  AlterEnumStmt(statement, context) {
    const id = typeId(context.state, strings(statement.typeName))
    const type = context.state.types.get(id)
    if (type === undefined) return context.unmodelled(`no statement created the type ${id}`, [])
    context.state.types.set(id, { ...type, labels: alteredLabels(type.labels, statement) })
  },

  AlterDomainStmt({ typeName: names }, context) {
    const id = typeId(context.state, strings(names))
    if (!context.state.types.has(id)) context.unmodelled(`no statement created the domain ${id}`, [])
  },

  AlterTypeStmt() {},
} satisfies Partial<Handlers>

function createType(
  context: StatementContext,
  names: readonly string[],
  facts: Pick<Type, 'kind'> & Partial<Type>,
): void {
  const { state, source } = context
  const named = newName(state, names)
  if (state.types.has(named.id) || isRelationNameTaken(state, named.namespace, named.name)) {
    context.unmodelled(`the type ${named.id} exists already`, [])
    return
  }
  const owner = state.session.role
  state.types.set(named.id, { ...named, labels: [], baseType: null, owner, source, ...facts })
}

function alteredLabels(
  labels: readonly string[],
  { oldVal, newVal = '', newValNeighbor, newValIsAfter }: AlterEnumStmt,
): readonly string[] {
  if (oldVal !== undefined) return labels.map((label) => (label === oldVal ? newVal : label))
  if (labels.includes(newVal)) return labels
  const at = newValNeighbor === undefined ? labels.length : labels.indexOf(newValNeighbor)
  return labels.toSpliced(at < 0 ? labels.length : newValIsAfter ? at + 1 : at, 0, newVal)
}
