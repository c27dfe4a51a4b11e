import type { Node } from 'libpg-query'
import type { EventTrigger, Relation, RoutineId } from '../model/schema-model.ts'
import { as, kindOf } from '../sql/node.ts'
import { commandTag, objectTypes } from './command-tags.ts'
import type { StatementContext } from './context.ts'
import { quotedIdentifier } from './dynamic/format.ts'
import { relationReference } from './dynamic/objects.ts'
import { runEventTrigger } from './dynamic/run.ts'
import { possibleRow, type SourceRow, sureRow } from './dynamic/sources/rows.ts'
import { Unknown, unknown } from './dynamic/value.ts'
import { routineEffects } from './effects.ts'
import { findRelation } from './names.ts'
import type { State } from './state.ts'

/**
 * From now on the function of an enabled event trigger runs with the statements that it fires for. What it does at the end of a
 * command is replayed; of any other event one unmodelled statement says so, unless the function is seen to change nothing.
 */
export function reportEventTriggers(context: StatementContext, routine: RoutineId): void {
  const { state } = context
  const trigger = [...state.eventTriggers.values()].find(
    (each) => each.enabled && each.routine === routine && !isReplayed(state, each),
  )
  if (trigger === undefined) return
  const found = state.routines.get(routine)
  const effects = found === undefined ? [] : routineEffects(state, found)
  if (found !== undefined && effects.length === 0) return
  const cause = effects[0] === undefined ? 'nothing in the history shows it' : effects[0].reason
  context.unmodelled(`event trigger ${trigger.name} runs ${routine}: ${cause}`, null)
}

function isReplayed({ routines, routineTexts }: State, { event, routine }: EventTrigger): boolean {
  const found = routines.get(routine)
  return (
    event === 'ddl_command_end' &&
    found?.language === 'plpgsql' &&
    routineTexts.definitionOf(found) !== undefined &&
    !('error' in routineTexts.stepsOf(found))
  )
}

const deepest = 10

/** Commands that hold others, for which event triggers don't fire by themselves. */
const holding: ReadonlySet<string> = new Set(['CreateSchemaStmt', 'CreateExtensionStmt'])

/** Replays a command, and runs the event triggers that fire at its end. */
export function withEventTriggers(context: StatementContext, node: Node, replay: () => void): void {
  const { eventTriggers, firing, journal } = context.state
  if (eventTriggers.view.size === 0) {
    replay()
    return
  }
  const mark = journal.mark()
  const wasPaused = firing.isPaused
  firing.isPaused = wasPaused || holding.has(kindOf(node))
  try {
    replay()
  } finally {
    firing.isPaused = wasPaused
  }
  fireEventTriggers(context, node, mark)
}

/** Runs the event triggers that fire at the end of a command. `mark`: of the journal, before the command. */
function fireEventTriggers(context: StatementContext, node: Node, mark: number): void {
  const { state } = context
  const tag = commandTag(node)
  if (tag === null || state.firing.isPaused) return
  const triggers = [...state.eventTriggers.values()]
    .filter((trigger) => trigger.enabled && isReplayed(state, trigger))
    .filter(({ tags }) => tags.length === 0 || tags.includes(tag))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
  for (const { name, routine: id } of triggers) {
    const routine = state.routines.get(id)
    if (routine === undefined || routineEffects(state, routine).length === 0) continue
    if (state.firing.depth >= deepest) {
      context.unmodelled(`event trigger ${name} fires without end`, null)
      return
    }
    state.firing.depth++
    try {
      runEventTrigger(context, routine, tag, commands(state, node, tag, mark))
    } finally {
      state.firing.depth--
    }
  }
}

/** The rows of `pg_event_trigger_ddl_commands()`. */
function commands(state: State, node: Node, tag: string, mark: number): SourceRow[] {
  if (tag.startsWith('DROP ')) return []
  const made = madeSince(state, mark)
  const altered = tag === 'ALTER TABLE' ? alteredRelation(state, node) : undefined
  if (altered !== undefined) return [relationRow(state, altered, tag)]
  if (tag === 'CREATE SCHEMA') {
    const rows = made.flatMap((relation) => rowsOfTable(state, relation, 'CREATE TABLE'))
    return [sureRow({ command_tag: tag, object_type: 'schema', schema_name: null }), ...rows]
  }
  if (tagsOfRelations.has(tag)) return made.flatMap((relation) => rowsOfTable(state, relation, tag))
  const objectType = objectTypes.get(tag)
  return [possibleRow({ command_tag: tag, object_type: objectType ?? unknown })]
}

const tagsOfRelations: ReadonlySet<string> = new Set([
  ...['CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE VIEW', 'CREATE MATERIALIZED VIEW'],
  ...['CREATE FOREIGN TABLE'],
])

function madeSince(state: State, mark: number): Relation[] {
  const made = new Map<string, Relation>()
  for (const { map, key, before } of state.journal.since(mark)) {
    const relation = state.relations.get(key)
    if (map === state.relations && before === undefined && relation !== undefined) made.set(key, relation)
  }
  return [...made.values()]
}

function alteredRelation(state: State, node: Node): Relation | undefined {
  const range = as(node, 'AlterTableStmt')?.relation
  if (range !== undefined) return findRelation(state, range)
  const rename = as(node, 'RenameStmt')
  if (rename?.relation === undefined) return undefined
  const isOwn = rename.renameType === 'OBJECT_TABLE'
  return findRelation(state, isOwn ? { ...rename.relation, relname: rename.newname ?? '' } : rename.relation)
}

const relationTypes: Readonly<Record<Relation['kind'], string>> = {
  table: 'table',
  'partitioned-table': 'table',
  view: 'view',
  'materialized-view': 'materialized view',
  'foreign-table': 'foreign table',
}

function relationRow(state: State, { namespace, name, kind }: Relation, tag: string): SourceRow {
  return sureRow({
    objid: relationReference(state, namespace, name),
    objsubid: 0,
    command_tag: tag,
    object_type: relationTypes[kind],
    schema_name: namespace,
    object_identity: `${quotedIdentifier(namespace)}.${quotedIdentifier(name)}`,
    in_extension: false,
  })
}

/** A table and what PostgreSQL makes with it: sequences before it, indexes and foreign keys after. */
function rowsOfTable(state: State, relation: Relation, tag: string): SourceRow[] {
  const { namespace, indexes, constraints, id } = relation
  const part = (command_tag: string, object_type: string, name: string) =>
    sureRow({
      objid: relationReference(state, namespace, name),
      objsubid: 0,
      command_tag,
      object_type,
      schema_name: namespace,
      object_identity: new Unknown(`${quotedIdentifier(namespace)}.${quotedIdentifier(name)}`),
      in_extension: false,
    })
  const sequences = state.sequencesByOwner.group(id)
  return [
    ...sequences.map(({ name }) => part('CREATE SEQUENCE', 'sequence', name)),
    relationRow(state, relation, tag),
    ...indexes.map(({ name }) => part('CREATE INDEX', 'index', name)),
    ...(constraints.some(({ kind }) => kind === 'foreign-key')
      ? [relationRow(state, relation, 'ALTER TABLE')]
      : []),
    ...sequences.map(({ name }) => part('ALTER SEQUENCE', 'sequence', name)),
  ]
}
