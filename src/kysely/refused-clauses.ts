import {
  type ConstraintNode,
  type CreateTableNode,
  ForeignKeyConstraintNode,
  type OperationNode,
  PrimaryKeyConstraintNode,
  RawNode,
} from 'kysely'
import type { TableParts } from '../templates/tables/parts.ts'
import { defaultNamespace } from './handle.ts'
import { problemWithName } from './name-problem.ts'

/** Throws for what a table that is kept apart can't be created with, and says why. */
export function refuseClauses(node: CreateTableNode, parts: TableParts, call: string): void {
  const reason = reasonAgainst(node, parts)
  if (reason !== null) throw new Error(`${call}: ${reason}`)
}

/** Throws for a name that PostgreSQL can't hold: it would cut a long one, and say nothing. */
export function refuseNames(node: CreateTableNode, call: string): void {
  const references = (node.constraints ?? []).filter(ForeignKeyConstraintNode.is)
  const tables = [node.table, ...references.map((reference) => reference.references.table)]
  const names = [
    ...tables.flatMap(({ table }) => [table.schema?.name ?? defaultNamespace, table.identifier.name]),
    ...node.columns.map(({ column }) => column.column.name),
  ]
  const problem = names.map(problemWithName).find((found) => found !== null)
  if (problem !== undefined) throw new Error(`${call}: ${problem}`)
}

function reasonAgainst(node: CreateTableNode, parts: TableParts): string | null {
  if (node.ifNotExists === true) {
    return 'ifNotExists() would leave a table that exists as it is, protected or not, and say that all is well'
  }
  if (node.temporary === true || node.onCommit !== undefined) {
    return 'temporary() makes a table of one session, which no tenant ever sees; create it with db.schema'
  }
  if (node.selectQuery !== undefined) {
    return 'as() takes the columns of a query, without the tenant key; create the table, then insert'
  }
  const front = node.frontModifiers?.find((modifier) => !isUnlogged(modifier))
  if (front !== undefined) return 'modifyFront() takes unlogged and nothing else'
  const builtIn = parts.columns.map(({ name }) => name)
  const twice = node.columns.find(({ column }) => builtIn.includes(column.column.name))
  if (twice !== undefined) {
    return `the column ${twice.column.column.name} is built in, as are ${builtIn.join(', ')}; the option id says its type`
  }
  if (parts.primaryKey.length > 0 && hasPrimaryKey(node)) {
    return `the primary key is built in: (${parts.primaryKey.join(', ')}); make other columns unique with tenantUnique`
  }
  return null
}

function isUnlogged(modifier: OperationNode): boolean {
  return RawNode.is(modifier) && modifier.sqlFragments.join('').trim().toLowerCase() === 'unlogged'
}

function hasPrimaryKey({ columns, constraints = [] }: CreateTableNode): boolean {
  const isPrimaryKey = (constraint: ConstraintNode) => PrimaryKeyConstraintNode.is(constraint)
  return columns.some(({ primaryKey }) => primaryKey === true) || constraints.some(isPrimaryKey)
}
