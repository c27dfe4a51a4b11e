import type { Node } from 'libpg-query'
import { as, kindOf } from '../../sql/node.ts'

/** Whether PostgreSQL refuses the statement in a transaction block (`PreventInTransactionBlock` of its sources). */
export function refusesTransaction(node: Node): boolean {
  switch (kindOf(node)) {
    case 'CreatedbStmt':
    case 'DropdbStmt':
    case 'CreateTableSpaceStmt':
    case 'DropTableSpaceStmt':
    case 'AlterSystemStmt':
    case 'CreateSubscriptionStmt':
      return true
    case 'IndexStmt':
      return as(node, 'IndexStmt')?.concurrent === true
    case 'DropStmt':
      return as(node, 'DropStmt')?.concurrent === true
    case 'DiscardStmt':
      return as(node, 'DiscardStmt')?.target === 'DISCARD_ALL'
    case 'ClusterStmt':
      return as(node, 'ClusterStmt')?.relation === undefined
    case 'VacuumStmt':
      return as(node, 'VacuumStmt')?.is_vacuumcmd === true
    case 'ReindexStmt':
      return isWideReindex(node)
    case 'AlterTableStmt':
      return (as(node, 'AlterTableStmt')?.cmds ?? []).some(
        (command) => as(as(command, 'AlterTableCmd')?.def, 'PartitionCmd')?.concurrent === true,
      )
    default:
      return false
  }
}

function isWideReindex(node: Node): boolean {
  const { kind, params } = as(node, 'ReindexStmt') ?? {}
  const isConcurrent = (params ?? []).some((param) => as(param, 'DefElem')?.defname === 'concurrently')
  return isConcurrent || (kind !== 'REINDEX_OBJECT_INDEX' && kind !== 'REINDEX_OBJECT_TABLE')
}
