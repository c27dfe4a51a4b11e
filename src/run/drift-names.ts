import type { Difference, ObjectKind } from '../catalog/comparison.ts'
import type { Drift } from '../model/drift.ts'
import { displayName } from '../sql/identifiers.ts'

/** What the object of a difference is called: in a finding's subject, and in a sentence. */
export function namesOf({ kind, id, part, field }: Difference): Pick<Drift, 'subject' | 'object'> {
  const { subject, object } = objectNames[kind](id)
  const parts = part === null ? [] : [partName(part)]
  const of =
    part === null ? '' : `the ${partKinds[part.slice(0, part.indexOf('.'))] ?? 'part'} ${parts[0]} on `
  return {
    subject: [subject, ...parts, ...(field === null ? [] : [field])].join('/'),
    object: `${of}${object}`,
  }
}

/** Published relations are told by their ids, all else by its name. */
function partName(part: string): string {
  const at = part.indexOf('.')
  const name = part.slice(at + 1)
  return part.slice(0, at) === 'narrowed' ? name : displayName(name)
}

/** A fact as SQL or PostgreSQL's documentation calls it. */
export function factName(field: string): string {
  return factNames[field] ?? field
}

type Naming = (id: string) => { readonly subject: string; readonly object: string }

const called =
  (what: string): Naming =>
  (id) => ({ subject: displayName(id), object: `${what} ${displayName(id)}` })

const byId: Naming = (id) => ({ subject: id, object: id })

const objectNames: Readonly<Record<ObjectKind, Naming>> = {
  relations: byId,
  routines: byId,
  types: byId,
  sequences: byId,
  namespaces: called('the schema'),
  roles: called('the role'),
  publications: called('the publication'),
  extensions: called('the extension'),
  eventTriggers: called('the event trigger'),
  databaseSettings: called('the setting'),
  roleMemberships: (id) => {
    const [role, member] = keyParts(id).map((name) => displayName(name ?? ''))
    return {
      subject: `${member}/${role}`,
      object: `the membership of ${member} in ${role}`,
    }
  },
  defaultPrivileges: (id) => {
    const [role, namespace, objects, grantee, grantable, revoked] = keyParts(id)
    const where = namespace === null ? '' : ` in ${displayName(namespace ?? '')}`
    const whose = role === null ? '' : ` made by ${displayName(role ?? '')}`
    const how = revoked ? 'revoked from' : 'granted to'
    return {
      subject: [
        'default privileges',
        role,
        namespace,
        objects,
        grantee,
        revoked ? 'revoked' : null,
        grantable ? 'grantable' : null,
      ]
        .filter((piece) => piece !== null)
        .join('/'),
      object: `the default privileges on ${objects}${where}${whose}, ${how} ${displayName(grantee ?? '')}`,
    }
  },
}

/** The parts of a key of `model/keys.ts`. */
function keyParts(key: string): readonly (string | null)[] {
  return JSON.parse(key)
}

const partKinds: Readonly<Record<string, string>> = {
  policies: 'policy',
  triggers: 'trigger',
  rules: 'rule',
  narrowed: 'row filter and columns of',
}

const factNames: Readonly<Record<string, string>> = {
  rowSecurityEnabled: 'ENABLE ROW LEVEL SECURITY',
  rowSecurityForced: 'FORCE ROW LEVEL SECURITY',
  using: 'USING',
  withCheck: 'WITH CHECK',
  grants: 'its privileges',
  body: 'its body',
  sqlBody: 'its body',
  settings: 'its settings',
  roles: 'its roles',
  command: 'its command',
  permissive: 'PERMISSIVE',
  owner: 'its owner',
  kind: 'its kind',
  securityDefiner: 'SECURITY DEFINER',
  bypassRowSecurity: 'BYPASSRLS',
  superuser: 'SUPERUSER',
  replication: 'REPLICATION',
  strict: 'STRICT',
  argumentDefaults: 'the defaults of its arguments',
  when: 'WHEN',
  view: 'its definition',
  'view.query': 'its query',
  'view.securityInvoker': 'security_invoker',
  'view.securityBarrier': 'security_barrier',
}
