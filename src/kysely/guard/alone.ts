import type { AlterTableStmt, DropStmt, IndexStmt, Node } from 'libpg-query'
import { as, kindOf, strings, walk } from '../../sql/node.ts'
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
    case 'ReindexStmt':
    case 'VacuumStmt':
    case 'VariableShowStmt':
      return true
    case 'IndexStmt':
      return !needsNoTransaction(node) || callsNothing(as(node, 'IndexStmt'))
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

/** Functions that indexes are often over, and that PostgreSQL finds before those of anybody. */
const harmless: ReadonlySet<string> = new Set(['lower', 'upper', 'date_trunc', 'md5', 'length'])

/** An index is built in transactions of its own, and with it runs what it calls. */
function callsNothing(index: IndexStmt | undefined): boolean {
  let isKnown = true
  walk(index, (kind, value) => {
    if (kind === 'FuncCall') {
      const names = strings((value as { funcname?: Node[] }).funcname)
      isKnown &&= names.length === 2 && names[0] === 'pg_catalog' && harmless.has(names[1] ?? '')
    }
    return isKnown
  })
  return isKnown
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
  help: 'Keep a migration without a transaction to indexes (over columns and functions of pg_catalog, named so), enums, VALIDATE CONSTRAINT and rows.',
}
