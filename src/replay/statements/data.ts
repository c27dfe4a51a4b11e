import { as, type StatementKind } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { queryEffects } from '../effects.ts'
import { selectInto } from './copies.ts'
import { setSetting } from './settings.ts'

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
    const analyze = (options ?? []).some((node) => as(node, 'DefElem')?.defname === 'analyze')
    if (analyze && query !== undefined) context.replayInside(query)
  },
} satisfies Partial<Handlers>

function replayQuery(kind: StatementKind, statement: object, context: StatementContext): void {
  for (const { reason, affects, setting } of queryEffects(context.state, { [kind]: statement })) {
    if (setting === undefined) context.unmodelled(reason, affects)
    else setSetting(context.state, setting.name, setting.value, setting.local)
  }
}
