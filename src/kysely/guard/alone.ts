import type { AlterTableStmt, DropStmt, Node } from 'libpg-query'
import { as, kindOf } from '../../sql/node.ts'
import type { Objection } from './objections.ts'

/** Settings that only say how long to wait. */
const waits: readonly (string | undefined)[] = ['lock_timeout', 'statement_timeout', 'maintenance_work_mem']

/** Why a statement may not run in a migration without a transaction, where what it did can't be taken back. */
export function objectionToAlone(node: Node): Objection | null {
  return isAllowed(node) ? null : objection
}

function isAllowed(node: Node): boolean {
  switch (kindOf(node)) {
    case 'SelectStmt':
      return as(node, 'SelectStmt')?.intoClause === undefined
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
    case 'AlterEnumStmt':
    case 'IndexStmt':
    case 'ReindexStmt':
    case 'VacuumStmt':
    case 'VariableShowStmt':
      return true
    case 'DropStmt':
      return isDropOfIndex(as(node, 'DropStmt'))
    case 'AlterTableStmt':
      return isValidation(as(node, 'AlterTableStmt'))
    case 'VariableSetStmt':
      return waits.includes(as(node, 'VariableSetStmt')?.name)
    default:
      return false
  }
}

/** What PostgreSQL itself refuses within a transaction. */
export function needsNoTransaction(node: Node): boolean {
  return (
    as(node, 'IndexStmt')?.concurrent === true ||
    as(node, 'DropStmt')?.concurrent === true ||
    as(node, 'ReindexStmt') !== undefined ||
    as(node, 'VacuumStmt') !== undefined
  )
}

function isDropOfIndex(statement: DropStmt | undefined): boolean {
  return statement?.removeType === 'OBJECT_INDEX' && statement.behavior !== 'DROP_CASCADE'
}

function isValidation(statement: AlterTableStmt | undefined): boolean {
  return (
    statement?.cmds?.every((command) => as(command, 'AlterTableCmd')?.subtype === 'AT_ValidateConstraint') ??
    false
  )
}

const objection: Objection = {
  message: 'without a transaction it could not be taken back',
  help: 'Keep a migration without a transaction to indexes, enums, VALIDATE CONSTRAINT and rows.',
}

/** Where the server would run what somebody wrote, in transactions of its own. */
export const objectionToCode: Objection = {
  message:
    'it runs functions, operators or domains that somebody wrote, in transactions of its own: what these do could not be taken back',
  help: 'Take a migration with a transaction, or an index over columns and functions of PostgreSQL.',
}
