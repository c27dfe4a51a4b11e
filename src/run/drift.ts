import type { Difference } from '../catalog/comparison.ts'
import { differencesOf } from '../catalog/differences.ts'
import { isAffected } from '../model/affected.ts'
import type { Drift } from '../model/drift.ts'
import type { Provenance, Relation, RelationId, RoleName, SchemaModel } from '../model/schema-model.ts'
import { isBookkeeping } from '../policy/bookkeeping.ts'
import { isGuarded, isOfPlatform } from '../policy/category.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { factName, namesOf } from './drift-names.ts'

export interface Drifting {
  readonly drift: readonly Drift[]
  /** How many facts could not be compared: no server printed both sides, or a statement that may have set them is not modelled. */
  readonly notCompared: number
}

/** Where a live database is not what the migrations declare, in what the isolation of tenants depends on. */
export function driftOf(
  declared: SchemaModel,
  live: SchemaModel,
  tenancy: Tenancy,
  migrationRole: RoleName | null = null,
): Drifting {
  const { differences, notCompared } = differencesOf(
    declared,
    live,
    migrationRole === null ? {} : { migrationRole },
  )
  const matters = (difference: Difference) =>
    isOfIsolation(difference, declared, live, tenancy) &&
    !(difference.field === 'owner' && isOfOneMind(difference, live, migrationRole))
  const found = differences.filter(matters)
  const known = found.filter((difference) => !isUnmodelled(difference, declared))
  return {
    drift: known.map((difference) => driftFrom(difference, declared, migrationRole)),
    notCompared: notCompared.filter(matters).length + found.length - known.length,
  }
}

/** A statement that is not modelled may have declared it. */
function isUnmodelled({ kind, id }: Difference, { unmodelled }: SchemaModel): boolean {
  if (kind !== 'relations') return false
  return [...unmodelled.values()].some(({ affects }) => affects !== null && isAffected(affects, id))
}

/** Fields of a relation that decide who reaches its rows. The rest is for the migration tool to watch. */
const relationFields: ReadonlySet<string> = new Set([
  'kind',
  'owner',
  'rowSecurityEnabled',
  'rowSecurityForced',
  'policies',
  'triggers',
  'rules',
  'grants',
  'partitionOf',
  'inherits',
  'view',
])

function isOfIsolation(
  { kind, id, part, field }: Difference,
  declared: SchemaModel,
  live: SchemaModel,
  tenancy: Tenancy,
): boolean {
  const isPlatforms = (one: { readonly source: Provenance | null } | undefined) =>
    one !== undefined && isOfPlatform(tenancy, one.source)
  switch (kind) {
    case 'relations': {
      const relation = live.relations.get(id) ?? declared.relations.get(id)
      if (relation === undefined) return false
      const [first = ''] = (part ?? field ?? '').split('.')
      if (isPlatforms(declared.relations.get(id))) return first === 'policies'
      const isGuardeds = isGuarded(declared, tenancy, relation) && !isBookkeeping(relation)
      if (!isGuardeds && !showsGuarded(relation, live, declared, tenancy)) return false
      return first === '' || relationFields.has(first)
    }
    case 'routines': {
      const routine = live.routines.get(id) ?? declared.routines.get(id)
      return routine !== undefined && !isPlatforms(declared.namespaces.get(routine.namespace))
    }
    case 'namespaces':
      return (
        !isPlatforms(declared.namespaces.get(id)) &&
        !((field === 'grants' || field === 'owner') && isOpenOfOld(id, declared, live))
      )
    case 'roles':
      return declared.roles.has(id) && !isPlatforms(declared.roles.get(id))
    case 'roleMemberships': {
      const membership = live.roleMemberships.get(id) ?? declared.roleMemberships.get(id)
      const isDeclared = (name: string | undefined) => name !== undefined && declared.roles.has(name)
      return isDeclared(membership?.role) || isDeclared(membership?.member)
    }
    case 'defaultPrivileges':
    case 'publications':
    case 'eventTriggers':
    case 'databaseSettings':
      return !isPlatforms(declared[kind].get(id))
    case 'types':
    case 'sequences':
    case 'extensions':
      return false
  }
}

/** Whether it is a view that reads what is guarded, directly or through other views, wherever it stands itself. */
function showsGuarded(
  { view }: Relation,
  live: SchemaModel,
  declared: SchemaModel,
  tenancy: Tenancy,
  seen: ReadonlySet<RelationId> = new Set(),
): boolean {
  return (view?.reads ?? []).some((id) => {
    const read = live.relations.get(id)
    if (read === undefined || seen.has(id)) return false
    if (read.view !== null) return showsGuarded(read, live, declared, tenancy, new Set([...seen, id]))
    return isGuarded(declared, tenancy, read) && !isBookkeeping(read)
  })
}

/** Whether row security holds neither of the owners, so that it is one and the same which of them it is. */
function isOfOneMind(
  { left, right }: Difference,
  { roles }: SchemaModel,
  migrationRole: RoleName | null,
): boolean {
  return [left, right].every((owner) => {
    const name = owner ?? migrationRole
    const role = name === null ? null : roles.get(name)
    return role === null || role?.superuser || role?.bypassRowSecurity
  })
}

/** Before PostgreSQL 15 `public` was the first superuser's, and everybody could create in it; no migration says so. */
function isOpenOfOld(namespace: string, declared: SchemaModel, live: SchemaModel): boolean {
  return namespace === 'public' && declared.server === null && (live.server?.version ?? 0) < 150_000
}

function driftFrom(difference: Difference, declared: SchemaModel, migrationRole: RoleName | null): Drift {
  const { kind, id, field, left, right } = difference
  const sides: { declared: string | null; live: string | null } =
    field === 'grants' ? grantsOfOneSide(left, right) : { ...withoutSecrets(difference) }
  if (field === 'owner') {
    sides.declared ??= 'the role that runs them'
    sides.live ??= migrationRole
  }
  return {
    ...namesOf(difference),
    relation: kind === 'relations' ? id : null,
    fact: field === null ? null : factName(field),
    ...sides,
    source: declared[kind].get(id)?.source ?? null,
  }
}

/** A setting with a dot in its name is the user's own, and keeps many a key: its values are not told. */
function withoutSecrets({ kind, id, field, left, right }: Difference): Pick<Drift, 'declared' | 'live'> {
  if (kind === 'databaseSettings' && id.includes('.')) return { declared: hidden, live: hidden }
  if (field !== 'settings') return { declared: left, live: right }
  const [declared = null, live = null] = [left, right].map((list) => {
    const settings: string[] = JSON.parse(list ?? '[]')
    return JSON.stringify(settings.map((setting) => setting.replace(/^([^=]+\.[^=]+)=.*$/s, `$1=${hidden}`)))
  })
  return { declared, live }
}

const hidden = '***'

/** Of two lists of grants, what each has that the other has not. */
function grantsOfOneSide(left: string | null, right: string | null): { declared: string; live: string } {
  const [declared, live] = [left, right].map((list): string[] => JSON.parse(list ?? '[]'))
  const without = (list: readonly string[] = [], other: readonly string[] = []) =>
    list.filter((grant) => !other.includes(grant)).join(', ') || 'nothing more'
  return { declared: without(declared, live), live: without(live, declared) }
}
