import type { Grant, Provenance, Relation, RoleName, SchemaModel } from '../model/schema-model.ts'

interface Placed {
  readonly source: Provenance | null
}

/**
 * What a server holds, with the places where the migrations declare it and how its relations came to be. An owner that they
 * name is told by its name, be it that of the role that ran them.
 */
export function withProvenance(live: SchemaModel, declared: SchemaModel): SchemaModel {
  return {
    ...live,
    namespaces: ownedMap(live.namespaces, declared.namespaces),
    relations: new Map(
      [...live.relations].map(([id, relation]) => {
        const origin = declared.relations.get(id)
        return [id, origin === undefined ? relation : placedRelation(relation, origin)]
      }),
    ),
    routines: ownedMap(live.routines, declared.routines),
    types: placedMap(live.types, declared.types),
    sequences: placedMap(live.sequences, declared.sequences),
    roles: placedMap(live.roles, declared.roles),
    roleMemberships: placedMap(live.roleMemberships, declared.roleMemberships),
    defaultPrivileges: placedMap(live.defaultPrivileges, declared.defaultPrivileges),
    publications: placedMap(live.publications, declared.publications),
    extensions: placedMap(live.extensions, declared.extensions),
    eventTriggers: placedMap(live.eventTriggers, declared.eventTriggers),
    databaseSettings: placedMap(live.databaseSettings, declared.databaseSettings),
  }
}

function placedRelation(relation: Relation, declared: Relation): Relation {
  return {
    ...relation,
    owner: relation.owner ?? declared.owner,
    origin: declared.origin,
    source: declared.source,
    rowSecurityEnabledSource:
      relation.rowSecurityEnabled === declared.rowSecurityEnabled ? declared.rowSecurityEnabledSource : null,
    rowSecurityForcedSource:
      relation.rowSecurityForced === declared.rowSecurityForced ? declared.rowSecurityForcedSource : null,
    columns: placedList(relation.columns, declared.columns, byName),
    constraints: placedList(relation.constraints, declared.constraints, byName),
    indexes: placedList(relation.indexes, declared.indexes, byName),
    policies: placedList(relation.policies, declared.policies, byName),
    triggers: placedList(relation.triggers, declared.triggers, byName),
    rules: placedList(relation.rules, declared.rules, byName),
    grants: placedList(relation.grants, declared.grants, byPrivilege),
  }
}

function byName({ name }: { readonly name: string }): string {
  return name
}

function byPrivilege({ grantee, privilege, columns }: Grant): string {
  return JSON.stringify([grantee, privilege, columns])
}

function placedMap<Key, Fact extends Placed>(
  live: ReadonlyMap<Key, Fact>,
  declared: ReadonlyMap<Key, Placed>,
): ReadonlyMap<Key, Fact> {
  return new Map(
    [...live].map(([key, fact]) => [key, { ...fact, source: declared.get(key)?.source ?? null }]),
  )
}

interface Owned extends Placed {
  readonly owner: RoleName | null
}

function ownedMap<Key, Fact extends Owned>(
  live: ReadonlyMap<Key, Fact>,
  declared: ReadonlyMap<Key, Owned>,
): ReadonlyMap<Key, Fact> {
  return new Map(
    [...placedMap(live, declared)].map(([key, fact]) => [
      key,
      { ...fact, owner: fact.owner ?? declared.get(key)?.owner ?? null },
    ]),
  )
}

function placedList<Fact extends Placed>(
  live: readonly Fact[],
  declared: readonly Fact[],
  keyOf: (fact: Fact) => string,
): readonly Fact[] {
  const sources = new Map(declared.map((fact) => [keyOf(fact), fact.source]))
  return live.map((fact) => ({ ...fact, source: sources.get(keyOf(fact)) ?? null }))
}
