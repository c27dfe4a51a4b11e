import type { AlterTableStmt, FuncCall, GrantStmt, Node, RangeVar } from 'libpg-query'
import { builtInRoutines } from '../../replay/built-in-routines.ts'
import { quoteIdentifier, readName } from '../../sql/identifiers.ts'
import { Lexer } from '../../sql/lexer.ts'
import { as, kindOf, type NodeKind, strings, walk } from '../../sql/node.ts'

/** What a statement can change of what is there already, as far as its text tells. */
export interface Foresight {
  /** The relations, as SQL; null where it may be any, and anything else. */
  readonly touches: readonly string[] | null
  /** The bare name of the relation that it makes; null where it makes none. */
  readonly makes: string | null
  /** Whether it may change anything where none of those is there. */
  readonly isVague: boolean
  /** Whether what it does to them leaves their policies, their owner and their kind as they are. */
  readonly isAdditive: boolean
}

const nothing: Foresight = { touches: [], makes: null, isVague: false, isAdditive: true }
const anything: Foresight = { touches: null, makes: null, isVague: true, isAdditive: false }

/** No more than a comfort: where it is wrong, old errors are taken for new ones, and no new one for an old. */
export function foresee(node: Node): Foresight {
  const kind = kindOf(node)
  if (quiet.has(kind)) return nothing
  if (rows.has(kind)) return callsBuiltInOnly(node) && !isInto(node) ? nothing : anything
  switch (kind) {
    case 'AlterEnumStmt':
      return as(node, 'AlterEnumStmt')?.oldVal === undefined ? nothing : anything
    case 'CreateSchemaStmt':
      return as(node, 'CreateSchemaStmt')?.schemaElts === undefined ? nothing : anything
    case 'CreateStmt':
      return { ...nothing, makes: as(node, 'CreateStmt')?.relation?.relname ?? null }
    case 'CreateTableAsStmt': {
      const makes = as(node, 'CreateTableAsStmt')?.into?.rel?.relname ?? null
      return callsBuiltInOnly(node) ? { ...nothing, makes } : anything
    }
    case 'DoStmt':
      return { touches: namesInStrings(bodyOf(node)), makes: null, isVague: true, isAdditive: false }
    case 'CreateTrigStmt':
      return touching([as(node, 'CreateTrigStmt')?.relation], true)
    case 'CreatePolicyStmt':
      return touching([as(node, 'CreatePolicyStmt')?.table], false)
    case 'IndexStmt':
      return callsBuiltInOnly(node) ? touching([as(node, 'IndexStmt')?.relation], true) : anything
    case 'GrantStmt':
      return ofGrant(as(node, 'GrantStmt') ?? {})
    case 'AlterTableStmt':
      return callsBuiltInOnly(node) ? ofAlterTable(as(node, 'AlterTableStmt') ?? {}) : anything
    default:
      return anything
  }
}

/** What is new touches nothing; what a default calls is not called yet. */
const quiet: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'CommentStmt',
  'CreateEnumStmt',
  'CreateSeqStmt',
  'LockStmt',
  'NotifyStmt',
  'TransactionStmt',
  'VariableSetStmt',
  'VariableShowStmt',
])

const rows: ReadonlySet<NodeKind> = new Set<NodeKind>([
  'DeleteStmt',
  'InsertStmt',
  'MergeStmt',
  'SelectStmt',
  'UpdateStmt',
])

const additiveCommands: ReadonlySet<string | undefined> = new Set([
  'AT_AddColumn',
  'AT_AddConstraint',
  'AT_ColumnDefault',
  'AT_SetNotNull',
  'AT_SetStatistics',
])

function isInto(node: Node): boolean {
  return as(node, 'SelectStmt')?.intoClause !== undefined
}

function ofAlterTable({ cmds = [], relation, objtype }: AlterTableStmt): Foresight {
  if (objtype !== 'OBJECT_TABLE') return anything
  const subtypes = cmds.map((command) => as(command, 'AlterTableCmd')?.subtype)
  if (subtypes.includes('AT_ChangeOwner') || subtypes.includes('AT_AttachPartition')) return anything
  return touching(
    [relation],
    subtypes.every((subtype) => additiveCommands.has(subtype)),
  )
}

function ofGrant({ objtype, targtype, objects = [] }: GrantStmt): Foresight {
  if (objtype !== 'OBJECT_TABLE' || targtype !== 'ACL_TARGET_OBJECT') return anything
  return touching(
    objects.map((object) => as(object, 'RangeVar')),
    false,
  )
}

function touching(relations: readonly (RangeVar | undefined)[], isAdditive: boolean): Foresight {
  const names = relations.map(({ schemaname, relname } = {}) =>
    [schemaname, relname].flatMap((part) => (part === undefined ? [] : quoteIdentifier(part))).join('.'),
  )
  return { touches: names, makes: null, isVague: false, isAdditive }
}

function bodyOf(node: Node): string {
  const options = (as(node, 'DoStmt')?.args ?? []).map((option) => as(option, 'DefElem'))
  return as(options.find((option) => option?.defname === 'as')?.arg, 'String')?.sval ?? ''
}

/** What stands in the strings of a block as `namespace.name`. */
function namesInStrings(body: string): string[] {
  const found = new Set<string>()
  const lexer = new Lexer(body, { start: 0, end: body.length })
  while (lexer.next()) {
    if (lexer.kind !== 'quoted' || body[lexer.start] !== "'") continue
    const names = readName(body.slice(lexer.start + 1, lexer.at - 1))
    if (names?.length === 2) found.add(names.map(quoteIdentifier).join('.'))
  }
  return [...found]
}

function callsBuiltInOnly(node: Node): boolean {
  let isKnown = true
  walk(node, (kind, value) => {
    if (kind === 'FuncCall') {
      const names = strings((value as FuncCall).funcname)
      isKnown &&= (names.length === 1 || names[0] === 'pg_catalog') && builtInRoutines.has(names.at(-1) ?? '')
    }
    return isKnown
  })
  return isKnown
}
