import type { Relation, SchemaModel } from '../../src/model/schema-model.ts'
import type { History } from '../../src/replay/history.ts'
import { replay } from '../../src/replay/replay.ts'
import { loadParser } from '../../src/sql/parse.ts'

await loadParser()

type Files = readonly (readonly [file: string, sql: string])[]

/** Replays SQL: of one file, `migration.sql`, or of several in order, in one session. */
export function historyOf(sql: string | Files): History {
  const files: Files = typeof sql === 'string' ? [['migration.sql', sql]] : sql
  return replay(
    files.map(([file, text]) => ({
      file,
      text,
      parts: [{ kind: 'sql', start: 0, end: text.length }],
      session: 'same',
    })),
  )
}

/** The model at the end of what `historyOf` replays. */
export function modelOf(sql: string | Files): SchemaModel {
  return historyOf(sql).model
}

/** The relation of an id; throws where the model has none. */
export function relationOf(model: SchemaModel, id: string): Relation {
  const relation = model.relations.get(id)
  if (relation === undefined) throw new Error(`no ${id} among ${[...model.relations.keys()].join(', ')}`)
  return relation
}

/** The reasons of the unmodelled statements, in order. */
export function reasonsOf(model: SchemaModel): string[] {
  return [...model.unmodelled.values()].map(({ reason }) => reason)
}
