import type { Relation } from '../../../model/schema-model.ts'
import { digitsStandIn } from '../../../sql/stand-in.ts'
import { builtInType } from '../../../sql/types.ts'
import { Unknown, unknown } from '../value.ts'
import { actionRule, partSource, standardType } from './parts.ts'
import type { Fields, Source } from './rows.ts'

const standard = { name: 'table_name', namespace: 'table_schema' }
const triggered = { name: 'event_object_table', namespace: 'event_object_schema' }

/** `data_type` of a column: the type's name without modifiers. */
function dataType(type: string): string {
  if (type.endsWith('[]')) return 'ARRAY'
  const bare = type.replaceAll(/\(.*?\)/g, '')
  return bare.includes('.') || (builtInType(bare) === undefined && !bare.includes(' ') && !isSpelled(bare))
    ? 'USER-DEFINED'
    : bare
}

/** Names that `format_type` alone uses. */
function isSpelled(type: string): boolean {
  return ['boolean', 'integer', 'smallint', 'bigint', 'real', 'character'].includes(type)
}

function* columns({ columns: list }: Relation): Generator<Fields> {
  for (const column of list) {
    yield {
      column_name: column.name,
      data_type: dataType(column.type),
      udt_name: unknown,
      is_nullable: column.notNull ? 'NO' : 'YES',
      column_default: column.default === null ? null : unknown,
      is_identity: column.identity === null ? 'NO' : 'YES',
      is_generated: column.generated === null ? 'NEVER' : 'ALWAYS',
    }
  }
}

function* constraints({ namespace, constraints: list }: Relation): Generator<Fields> {
  for (const constraint of list) {
    const constraint_type = standardType(constraint)
    if (constraint_type === null) continue
    yield { constraint_schema: namespace, constraint_name: constraint.name, constraint_type }
  }
}

/** A CHECK for each column that is NOT NULL. */
function* notNulls({ namespace, columns: list }: Relation): Generator<Fields> {
  for (const { notNull } of list) {
    if (!notNull) continue
    yield {
      constraint_schema: namespace,
      constraint_name: new Unknown(`${digitsStandIn}_${digitsStandIn}_${digitsStandIn}_not_null`),
      constraint_type: 'CHECK',
    }
  }
}

function* keyColumns({ namespace, constraints: list }: Relation): Generator<Fields> {
  for (const { name, kind, columns: keys } of list) {
    if (kind === 'check' || kind === 'exclude') continue
    for (const [at, column_name] of keys.entries()) {
      yield {
        constraint_schema: namespace,
        constraint_name: name,
        column_name,
        ordinal_position: at + 1,
      }
    }
  }
}

function* foreignKeys({ namespace, constraints: list }: Relation): Generator<Fields> {
  for (const { name, references } of list) {
    if (references === null) continue
    yield {
      constraint_schema: namespace,
      constraint_name: name,
      delete_rule: actionRule(references.onDelete),
      update_rule: actionRule(references.onUpdate),
    }
  }
}

function* triggers({ namespace, triggers: list }: Relation): Generator<Fields> {
  for (const { name, events, timing, forEachRow } of list) {
    for (const event of events) {
      if (event === 'truncate') continue
      yield {
        trigger_schema: namespace,
        trigger_name: name,
        event_manipulation: event.toUpperCase(),
        action_timing: timing.toUpperCase().replace('-', ' '),
        action_orientation: forEachRow ? 'ROW' : 'STATEMENT',
      }
    }
  }
}

/** `constraint_column_usage` tells of the columns that a constraint needs: of a foreign key those referred to. */
const usage: Source = (state, hints) => {
  const named = partSource({}, function* ({ namespace, constraints: list, id }) {
    for (const { name, columns: own, references } of list) {
      const target = state.relations.get(references?.relation ?? id)
      if (target === undefined) continue
      for (const column_name of references?.columns ?? own) {
        yield {
          table_schema: target.namespace,
          table_name: target.name,
          column_name,
          constraint_schema: namespace,
          constraint_name: name,
        }
      }
    }
  })
  return named(state, hints)
}

/** Views of information_schema with a row for each part of a relation. */
export const standardSources: Readonly<Record<string, Source>> = {
  'information_schema.columns': partSource(standard, columns),
  'information_schema.table_constraints': partSource(standard, constraints, { mayHave: notNulls }),
  'information_schema.key_column_usage': partSource(standard, keyColumns),
  'information_schema.referential_constraints': partSource({}, foreignKeys, { ofCatalogs: false }),
  'information_schema.constraint_column_usage': usage,
  'information_schema.triggers': partSource(triggered, triggers, { ofCatalogs: false }),
}
