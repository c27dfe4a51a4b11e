import type { Node } from 'libpg-query'
import { InputError } from '../findings/input-error.ts'
import type { RelationId, RoleName } from '../model/schema-model.ts'
import { ParserOverrun } from '../sql/grammar.ts'
import { as, kindOf, type StatementKind } from '../sql/node.ts'
import { eachStatement, parseStatements, type ScriptStatement } from '../sql/parse.ts'
import type { Span } from '../sql/split.ts'
import { type Handler, StatementContext } from './context.ts'
import { codeEffects, summary } from './effects.ts'
import { withEventTriggers } from './event-triggers.ts'
import { History } from './history.ts'
import type { Migration, MigrationPart } from './migration.ts'
import { codeOfSql } from './routine-code.ts'
import { State } from './state.ts'
import { handlers } from './statements/registry.ts'
import { dropTemporary } from './temporary.ts'

export interface Prelude extends Migration {
  /** The role of the platform that runs the migrations after it. */
  readonly migrationRole?: RoleName
}

export interface ReplayOptions {
  /** SQL that stands before the history: what the platform brings. Its facts have no provenance worth showing. */
  readonly prelude?: Prelude | null
}

/** Replays migrations in order into a model. Never throws for what a migration says: what can't be replayed is an unmodelled statement. */
export function replay(migrations: readonly Migration[], options: ReplayOptions = {}): History {
  const state = new State()
  state.migrationRole = options.prelude?.migrationRole ?? null
  if (options.prelude) replayMigration(state, options.prelude)
  for (const name of state.roles.view.keys()) state.platformRoles.add(name)
  for (const name of state.namespaces.view.keys()) if (name !== 'public') state.platformNamespaces.add(name)
  state.startSession()
  const start = state.journal.mark()
  const files = migrations.map((migration) => {
    startFile(state, migration)
    const statements = replayFile(state, migration)
    endFile(state)
    return { file: migration.file, statements, mark: state.journal.mark() }
  })
  return new History(state, start, files)
}

function startFile(state: State, { session: start }: Migration): void {
  const { session } = state
  if (start === 'new') {
    dropTemporary(state)
    state.startSession()
  } else if (start === 'reset-all') session.resetAll()
  else if (start !== 'same') for (const setting of start) session.set(setting, undefined, false)
}

/**
 * A transaction that a file leaves open is rolled back if the tool closes the session, and goes on if it doesn't.
 * It is replayed as if it stood, and what it moved is not known.
 */
function endFile(state: State): void {
  const opened = state.session.opened
  if (opened !== null) {
    const place = { ...opened.place, offsetOf: () => opened.place.source.start }
    const context = new StatementContext(state, place, dispatch)
    context.unmodelled(
      'the transaction that starts here is not ended in its file',
      state.movedSince(opened.mark),
    )
  }
  state.session.commit()
}

/** Whatever a file says, replay goes on with the next; only without the parser it can't. */
function replayFile(state: State, migration: Migration): number {
  try {
    return replayMigration(state, migration)
  } catch (cause) {
    if (!(cause instanceof ParserOverrun)) throw cause
    throw new InputError(cause.message, { file: migration.file, cause })
  }
}

/** Returns the number of statements read. */
function replayMigration(state: State, migration: Migration): number {
  let count = 0
  for (const part of migration.parts) count += replayPart(state, migration, part)
  return count
}

function replayPart(state: State, migration: Migration, part: MigrationPart): number {
  switch (part.kind) {
    case 'include':
      return replayMigration(state, part.migration)
    case 'unreadable':
      contextFor(state, migration, part, () => part.start).unmodelled(
        part.reason,
        affectedBy(state, part.partial),
      )
      return 1
    case 'substituted': {
      const statements = parseStatements(part.sql)
      for (const statement of statements) apply(state, migration, part.sql, statement, part)
      return statements.length
    }
    case 'sql': {
      let count = 0
      for (const statement of eachStatement(migration.text, part)) {
        apply(state, migration, migration.text, statement, statement)
        count++
      }
      return count
    }
  }
}

/** What a part that can't be read may affect, as far as its SQL with stand-ins tells. */
function affectedBy(state: State, partial: string | undefined): readonly RelationId[] | null {
  if (partial === undefined) return null
  const { nodes, opaque } = codeOfSql(partial)
  const effect = summary(codeEffects(state, { nodes: [], partial: nodes, opaque }))
  return effect === null ? [] : effect.affects
}

/** `sql` is what the statement stands in, `place` where that is shown. */
function apply(
  state: State,
  migration: Migration,
  sql: string,
  statement: ScriptStatement,
  place: Span,
): void {
  if (!('node' in statement)) {
    contextFor(state, migration, place, () => place.start).unmodelled(statement.error, null)
    return
  }
  const offsetOf = place === statement ? statement.offsetOf : () => place.start
  const text = sql.slice(statement.start, statement.end)
  const context = contextFor(state, migration, place, offsetOf, { text, isSubstituted: place !== statement })
  const mark = state.journal.mark()
  try {
    dispatch(statement.node, context)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    state.journal.rollbackTo(mark)
    context.unmodelled('nested too deeply to be read', null)
  }
}

function dispatch(node: Node, context: StatementContext): void {
  const kind = kindOf(node) as StatementKind
  const handler = handlers[kind] as Handler<StatementKind>
  withEventTriggers(context, node, () => handler(as(node, kind) as never, context))
}

function contextFor(
  state: State,
  migration: Migration,
  { start, end }: Span,
  offsetOf: (location: number | undefined) => number,
  { text, isSubstituted } = { text: migration.text.slice(start, end), isSubstituted: false },
): StatementContext {
  const source = { file: migration.file, start, end }
  state.journal.statement = source
  return new StatementContext(state, { source, text, isSubstituted, offsetOf }, dispatch)
}
