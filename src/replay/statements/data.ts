import type { DefElem, Node } from 'libpg-query'
import { as, type StatementKind } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { runTopQuery } from '../dynamic/run.ts'
import { queryEffects } from '../effects.ts'
import { selectInto } from './copies.ts'

/**
 * Statements that move rows. To the schema they do only what the routines do that they call and the triggers that they
 * fire: unmodelled where that may be something. `set_config` is a SET.
 */
export const dataStatements = {
  SelectStmt(statement, context) {
    replayQuery('SelectStmt', statement, context)
    if (statement.intoClause !== undefined) selectInto(statement, context)
  },
  InsertStmt: (statement, context) => replayQuery('InsertStmt', statement, context),
  UpdateStmt: (statement, context) => replayQuery('UpdateStmt', statement, context),
  DeleteStmt: (statement, context) => replayQuery('DeleteStmt', statement, context),
  MergeStmt: (statement, context) => replayQuery('MergeStmt', statement, context),
  TruncateStmt: (statement, context) => replayQuery('TruncateStmt', statement, context),
  CallStmt: (statement, context) => replayQuery('CallStmt', statement, context),
  CopyStmt: (statement, context) => replayQuery('CopyStmt', statement, context),
  DeclareCursorStmt: (statement, context) => replayQuery('DeclareCursorStmt', statement, context),
  /** What it prepares is taken to be executed. */
  PrepareStmt: (statement, context) => replayQuery('PrepareStmt', statement, context),

  /** Runs nothing unless ANALYZE is said. */
  ExplainStmt({ query, options }, context) {
    const analyze = (options ?? []).map((node) => as(node, 'DefElem')).findLast(isAnalyze)
    if (analyze !== undefined && isOn(analyze) && query !== undefined) context.replayInside(query)
  },
} satisfies Partial<Handlers>

function isAnalyze(option: DefElem | undefined): boolean {
  return option?.defname === 'analyze'
}

/** A boolean option as PostgreSQL reads it: on where no value is given. */
function isOn({ arg }: DefElem): boolean {
  const integer = as(arg, 'Integer')
  if (integer !== undefined) return (integer.ival ?? 0) !== 0
  return !['false', 'off'].includes((as(arg, 'String')?.sval ?? '').toLowerCase())
}

function replayQuery(kind: StatementKind, statement: object, context: StatementContext): void {
  replayEffects({ [kind]: statement } as Node, context)
}

/** What running an expression or a query does to the schema. */
export function replayEffects(root: Node | undefined, context: StatementContext): void {
  if (root !== undefined && queryEffects(context.state, root).length > 0) runTopQuery(context, root)
}
