import type { ConstantTenancy } from './declaration.ts'

export interface Contradiction {
  readonly path: readonly (string | number)[]
  readonly message: string
}

const defaultMaxSystemTasks = 2

/** What a declaration says twice in ways that can't both be true. */
export function* contradictions(declared: ConstantTenancy): Generator<Contradiction> {
  yield* relationsInTwoPlaces(declared)
  yield* systemTaskContradictions(declared)
  yield* rolesOfTwoDuties(declared)
  const { tenantSetting, userSetting } = declared.context ?? {}
  if (tenantSetting !== undefined && tenantSetting === userSetting) {
    yield { path: ['context', 'userSetting'], message: `${userSetting} is the setting of the tenant already` }
  }
}

/** A relation belongs to one place: shared, system, tenants, memberships, or tenant table with a key of its own. */
function* relationsInTwoPlaces(declared: ConstantTenancy): Generator<Contradiction> {
  const places = new Map<string, string>()
  const claims: { relation: string; place: string; path: (string | number)[] }[] = []
  const claim = (relation: string | undefined, place: string, ...path: (string | number)[]) => {
    if (relation !== undefined) claims.push({ relation, place, path })
  }
  declared.globalTables?.forEach(({ relation }, at) => {
    claim(relation, 'globalTables', 'globalTables', at, 'relation')
  })
  declared.systemTables?.forEach((relation, at) => {
    claim(relation, 'systemTables', 'systemTables', at)
  })
  claim(declared.tenants, 'tenants', 'tenants')
  claim(declared.memberships?.relation, 'memberships', 'memberships', 'relation')
  claim(declared.accessLog, 'accessLog', 'accessLog')
  for (const { relation, place, path } of claims) {
    const other = places.get(relation)
    if (other === undefined) places.set(relation, place)
    else if (other === place) yield { path, message: `${relation} is named twice in ${place}` }
    else yield { path, message: `${relation} can't be in ${place}: it is in ${other} already` }
  }
  for (const relation of Object.keys(declared.tenantKeys ?? {})) {
    const place = places.get(relation)
    if (place === 'globalTables' || place === 'systemTables') {
      yield {
        path: ['tenantKeys', relation],
        message: `${relation} can't have a tenant key: it is in ${place}`,
      }
    }
  }
}

function* systemTaskContradictions(declared: ConstantTenancy): Generator<Contradiction> {
  const tasks = declared.systemTasks ?? []
  const allowed = declared.maxSystemTasks ?? defaultMaxSystemTasks
  if (tasks.length > allowed) {
    const message = `${tasks.length} system tasks, and ${allowed} are allowed: each is a way around isolation; raise maxSystemTasks only on purpose`
    yield { path: ['systemTasks'], message }
  }
  const names = new Set<string>()
  for (const [at, { name }] of tasks.entries()) {
    if (names.has(name)) yield { path: ['systemTasks', at, 'name'], message: `${name} is named twice` }
    names.add(name)
  }
}

/** A role has one duty: what runs as the application must be nothing that crosses tenants, and none of those is another. */
function* rolesOfTwoDuties(declared: ConstantTenancy): Generator<Contradiction> {
  const duties = new Map<string, string>(declared.appRoles?.map((role) => [role, 'an app role']))
  const { systemTasks = [], supportRole, backupRole, context } = declared
  const claims: [role: string | undefined, duty: string, path: (string | number)[]][] = [
    ...systemTasks.map(
      ({ role }, at) =>
        [role, 'the role of a system task', ['systemTasks', at, 'role']] satisfies [
          string,
          string,
          unknown[],
        ],
    ),
    [supportRole, 'the role of support', ['supportRole']],
    [backupRole?.role, 'the role of backups', ['backupRole', 'role']],
    [context?.functionOwner, 'the owner of the functions', ['context', 'functionOwner']],
  ]
  for (const [role, duty, path] of claims) {
    if (role === undefined) continue
    const other = duties.get(role)
    if (other === undefined) duties.set(role, duty)
    else if (other !== duty) yield { path, message: `${role} can't be ${duty}: it is ${other} already` }
  }
}
