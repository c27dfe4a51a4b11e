import type { RelationId } from '../model/schema-model.ts'
import { displayId, quoteIdentifier, readName } from '../sql/identifiers.ts'

/** What a routine of an extension does to the schema when it is called with certain texts; undefined for an argument that is not known. */
export interface KnownRoutine {
  /** Its parameters in order. */
  readonly parameters: readonly string[]
  readonly does: (args: readonly (string | undefined)[]) => RoutineEffect | null
}

export interface RoutineEffect {
  /** What it runs, where that is known. */
  readonly sql: string | null
  readonly affects: readonly RelationId[]
}

const queueColumns = 'read_ct int not null default 0, enqueued_at timestamptz not null default now()'
const messageColumns = 'vt timestamptz not null, message jsonb, headers jsonb'

function queueTables(queue: string): readonly [queue: string, archive: string] {
  const name = queue.toLowerCase()
  return [`q_${name}`, `a_${name}`]
}

/** The two tables of a queue, as version 1.5 makes them. */
function createQueue(persistence: string): KnownRoutine {
  return {
    parameters: ['queue_name'],
    does: ([name]) => {
      if (name === undefined) return null
      const [queue, archive] = queueTables(name)
      const sql = `create ${persistence} table if not exists pgmq.${quoteIdentifier(queue)}
          (msg_id bigint primary key generated always as identity, ${queueColumns}, ${messageColumns});
        create table if not exists pgmq.${quoteIdentifier(archive)} (msg_id bigint primary key, ${queueColumns},
          archived_at timestamptz not null default now(), ${messageColumns});
        create index if not exists ${quoteIdentifier(`${queue}_vt_idx`)} on pgmq.${quoteIdentifier(queue)} (vt);
        create index if not exists ${quoteIdentifier(`archived_at_idx_${name.toLowerCase()}`)}
          on pgmq.${quoteIdentifier(archive)} (archived_at)`
      return { sql, affects: [displayId('pgmq', queue), displayId('pgmq', archive)] }
    },
  }
}

const dropQueue: KnownRoutine = {
  parameters: ['queue_name'],
  does: ([name]) => {
    if (name === undefined) return null
    const tables = queueTables(name)
    return {
      sql: tables.map((table) => `drop table if exists pgmq.${quoteIdentifier(table)}`).join(';'),
      affects: tables.map((table) => displayId('pgmq', table)),
    }
  },
}

/** Its partitions have names of numbers or times. */
const createPartitionedQueue: KnownRoutine = {
  parameters: ['queue_name'],
  does: ([name]) => {
    if (name === undefined) return null
    const ids = queueTables(name).map((table) => displayId('pgmq', table))
    return { sql: null, affects: [...ids, ...ids.flatMap((id) => [`${id}_p*`, `${id}_default`])] }
  },
}

function idOf(name: string): RelationId {
  const parts = readName(name) ?? [name]
  return displayId(parts.at(-2) ?? 'public', parts.at(-1) ?? '')
}

/** Routines that change one table in ways that are not told of here. */
const changesTable: KnownRoutine = {
  parameters: ['relation'],
  does: ([name]) => (name === undefined ? null : { sql: null, affects: [idOf(name)] }),
}

/** Partitions of a table, and a template beside them. */
const createParent: KnownRoutine = {
  parameters: ['p_parent_table'],
  does: ([name]) => {
    if (name === undefined) return null
    const id = idOf(name)
    if (id.includes('"')) return null
    const template = displayId('partman', `template_${id.replaceAll('"', '').replaceAll('.', '_')}`)
    const partitions = ['_p*', '_p*_*', '_p*w*', '_p*q*', '_default'].map((suffix) => id + suffix)
    return { sql: null, affects: [id, ...partitions, template] }
  },
}

const createHypertable: KnownRoutine = {
  parameters: ['relation', 'time_column_name'],
  does: ([name, column]) => {
    if (name === undefined) return null
    const affects = [idOf(name)]
    if (column === undefined) return { sql: null, affects }
    const index = quoteIdentifier(`${(readName(name) ?? [name]).at(-1)}_${column}_idx`)
    const sql = `alter table ${name} alter column ${quoteIdentifier(column)} set not null;
      create index if not exists ${index} on ${name} (${quoteIdentifier(column)} desc)`
    return { sql, affects }
  },
}

/** Facts from the extensions' documentation, by the name that they are called by. */
export const knownExtensionRoutines: Readonly<Record<string, KnownRoutine>> = {
  'pgmq.create': createQueue(''),
  'pgmq.create_non_partitioned': createQueue(''),
  'pgmq.create_unlogged': createQueue('unlogged'),
  'pgmq.create_partitioned': createPartitionedQueue,
  'pgmq.drop_queue': dropQueue,
  'partman.create_parent': createParent,
  create_parent: createParent,
  create_hypertable: createHypertable,
  create_distributed_table: changesTable,
  create_reference_table: changesTable,
  'audit.enable_tracking': changesTable,
  'audit.disable_tracking': changesTable,
}
