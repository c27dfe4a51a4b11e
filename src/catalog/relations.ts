import type { Relation, RelationId, RelationKind } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { readColumns } from './columns.ts'
import { readConstraints } from './constraints.ts'
import { readIndexes } from './indexes.ts'
import { readParents } from './inheritance.ts'
import { readPartitionKeys } from './partition-keys.ts'
import { readPolicies } from './policies.ts'
import type { Privileges } from './privileges.ts'
import { oneOf, type Reading } from './reading.ts'
import { type RelationRow, readRelationRows } from './relation-rows.ts'
import type { ReadRoutines } from './routines.ts'
import { readRules } from './rules.ts'
import { readTriggers } from './triggers.ts'
import { readViews } from './views.ts'

const kinds: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned-table',
  v: 'view',
  m: 'materialized-view',
  f: 'foreign-table',
}

const persistences: Readonly<Record<string, Relation['persistence']>> = {
  p: 'permanent',
  u: 'unlogged',
  t: 'temporary',
}

/** All relations with what belongs to them, in the order of creation. What none of them has is not asked for. */
export async function readRelations(
  reading: Reading,
  granted: Promise<Privileges>,
  routines: () => Promise<ReadRoutines>,
): Promise<ReadonlyMap<RelationId, Relation>> {
  const [rows, privileges] = await Promise.all([readRelationRows(reading), granted])
  async function readWhere<Part>(
    has: (row: RelationRow) => boolean,
    read: () => Promise<ReadonlyMap<number, Part>>,
  ): Promise<ReadonlyMap<number, Part>> {
    return rows.some(has) ? await read() : new Map()
  }
  const numbered = readColumns(reading)
  const [columns, constraints, indexes, parents, partitionKeys, policies, triggers, rules, views] =
    await Promise.all([
      numbered,
      readConstraints(reading, numbered),
      readWhere(
        (row) => row.hasIndexes,
        () => readIndexes(reading, numbered),
      ),
      readWhere(
        (row) => row.hasParents,
        () => readParents(reading),
      ),
      readWhere(
        ({ kind }) => kind === 'p',
        () => readPartitionKeys(reading, numbered),
      ),
      readPolicies(reading),
      readWhere(
        (row) => row.hasTriggers,
        () => readTriggers(reading),
      ),
      readWhere(
        (row) => row.hasRules,
        () => readRules(reading),
      ),
      readWhere(
        ({ kind }) => kind === 'v' || kind === 'm',
        () => readViews(reading, routines),
      ),
    ])

  function relationOf(row: RelationRow): Relation {
    const { oid, namespace, name, owner } = row
    const above = parents.get(oid) ?? []
    return {
      id: displayId(namespace, name),
      namespace,
      name,
      kind: oneOf(kinds, row.kind),
      persistence: oneOf(persistences, row.persistence),
      owner: reading.owner(owner),
      columns: columns.of(oid),
      constraints: constraints.get(oid) ?? [],
      indexes: indexes.get(oid) ?? [],
      rowSecurityEnabled: row.enabled,
      rowSecurityForced: row.forced,
      policies: policies.get(oid) ?? [],
      triggers: triggers.get(oid) ?? [],
      rules: rules.get(oid) ?? [],
      grants: [...privileges.of(row.acl, owner), ...privileges.ofColumns(columns.rows(oid), owner)],
      partitionOf: row.partition ? (above[0] ?? null) : null,
      partitionBy: partitionKeys.get(oid) ?? null,
      inherits: row.partition ? [] : above,
      view: views.get(oid) ?? null,
      origin: null,
      source: null,
      rowSecurityEnabledSource: null,
      rowSecurityForcedSource: null,
    }
  }
  return new Map(rows.map(relationOf).map((relation) => [relation.id, relation]))
}
