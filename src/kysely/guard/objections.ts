import type {
  AlterExtensionContentsStmt,
  FuncCall,
  Node,
  TransactionStmt,
  VariableSetStmt,
} from 'libpg-query'
import { as, kindOf, type NodeKind, strings, walk } from '../../sql/node.ts'
import type { ScriptStatement } from '../../sql/parse.ts'
import { objectionToAlone } from './alone.ts'

/** Under what a statement is to run. */
export interface Circumstances {
  readonly direction: 'up' | 'down'
  /** Whether it was declared that this `down` changes rows. */
  readonly mayChangeRows: boolean
  /** Whether it runs without a transaction. */
  readonly isAlone: boolean
}

/** Why a statement may not be sent, or null where it may. */
export interface Objection {
  readonly message: string
  readonly help: string
}

export function objectionTo(statement: ScriptStatement, circumstances: Circumstances): Objection | null {
  if ('error' in statement) {
    return {
      message: `PostgreSQL's grammar doesn't read it (${statement.error}), so nobody can tell what it would do`,
      help: 'Write it so that it can be read; a client command such as \\copy is none of the server.',
    }
  }
  const { node } = statement
  return (
    toTransaction(as(node, 'TransactionStmt')) ??
    toSetting(as(node, 'VariableSetStmt')) ??
    (as(node, 'DiscardStmt') === undefined ? null : toSettingNamed('everything of the session')) ??
    toExtension(as(node, 'AlterExtensionContentsStmt')) ??
    toCalls(node) ??
    (circumstances.isAlone ? objectionToAlone(node) : null) ??
    (circumstances.direction === 'down' && !circumstances.mayChangeRows ? toChangeOfRows(node) : null)
  )
}

const savepoints: readonly unknown[] = [
  'TRANS_STMT_SAVEPOINT',
  'TRANS_STMT_RELEASE',
  'TRANS_STMT_ROLLBACK_TO',
]

function toTransaction(statement: TransactionStmt | undefined): Objection | null {
  if (statement === undefined) return null
  if (savepoints.includes(statement.kind) && !statement.savepoint_name?.startsWith('ringfence_')) return null
  return {
    message:
      'it would end or begin a transaction, and what was done before it could no longer be rolled back',
    help: 'Leave it out: the migrator begins and commits. What has to run by itself goes into a migration of its own, declared with withoutTransaction.',
  }
}

/** What belongs to an extension is not read: it would be a place to hide a table in. */
function toExtension(statement: AlterExtensionContentsStmt | undefined): Objection | null {
  if (statement === undefined) return null
  return {
    message: 'it would change what belongs to an extension, which nobody examines',
    help: 'Leave it out: only the script of an extension adds to it.',
  }
}

/** What row security, or the reading of the SQL that is checked, depends on. */
const protectedSettings: ReadonlySet<string> = new Set([
  'client_encoding',
  'names',
  'role',
  'row_security',
  'session_authorization',
  'session_replication_role',
  'standard_conforming_strings',
])

function toSetting(statement: VariableSetStmt | undefined): Objection | null {
  if (statement === undefined) return null
  if (statement.kind === 'VAR_RESET_ALL') return toSettingNamed('every setting')
  const name = (statement.name ?? '').toLowerCase()
  return protectedSettings.has(name) ? toSettingNamed(name) : null
}

function toSettingNamed(name: string): Objection {
  const isRole = name === 'role' || name === 'session_authorization'
  return {
    message: `it would change ${name}, on which the verdict about this migration rests`,
    help: isRole
      ? 'Run the migrator as the role that is to own the tables, and give single objects away with ALTER ... OWNER TO.'
      : name === 'row_security'
        ? 'Rows of a forced table are changed inside of withForceSuspended(db, table, ...).'
        : 'Leave it out, or set it where the connection is made.',
  }
}

function toCalls(node: Node): Objection | null {
  let objection: Objection | null = null
  walk(node, (kind, value) => {
    if (kind === 'FuncCall') objection ??= toSetConfig(value)
    return objection === null
  })
  return objection
}

function toSetConfig({ funcname, args }: FuncCall): Objection | null {
  if (strings(funcname).at(-1) !== 'set_config') return null
  const [first] = args ?? []
  const constant = as(first, 'A_Const') ?? as(as(first, 'TypeCast')?.arg, 'A_Const')
  const name = constant?.sval?.sval?.toLowerCase()
  return name !== undefined && protectedSettings.has(name) ? toSettingNamed(name) : null
}

const changes: readonly NodeKind[] = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'TruncateStmt']

function toChangeOfRows(node: Node): Objection | null {
  let changed = changes.includes(kindOf(node)) || as(node, 'CopyStmt')?.is_from === true
  if (kindOf(node) !== 'CreateFunctionStmt') {
    walk(node, (kind) => {
      changed ||= changes.includes(kind)
      return !changed
    })
  }
  return changed ? objectionToRows : null
}

export const objectionToRows: Objection = {
  message: 'down() would change rows, and whoever rolls a schema back expects the rows to stay',
  help: 'Leave rows alone in down(), or name the migration in rowsInDown.',
}
