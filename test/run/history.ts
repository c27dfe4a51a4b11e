import { activeChecks } from '../../src/checks/examine.ts'
import { type Life, livesOf } from '../../src/run/lifecycle.ts'
import { resolveTenancy } from '../../src/tenancy/tenancy.ts'
import { historyOf } from '../replay/fixture.ts'

const declared = { tenantKey: 'org_id', tenants: 'public.orgs', appRoles: ['app_user'] }
const members = { relation: 'public.members', tenantKey: 'org_id', userKey: 'user_id' }

interface Options {
  /** Whether `public.members` is declared. */
  readonly memberships?: boolean
  /** Whether `public.d` is declared to be shared by all tenants. */
  readonly shared?: boolean
  readonly asked?: readonly string[]
  readonly unfocused?: boolean
}

/** The lives of the defects of files named `1.sql`, `2.sql`, ... */
export function lives(
  files: readonly string[],
  { asked, memberships = false, shared = false, unfocused = false }: Options = {},
): Life[] {
  return livesOf(historyOf(files.map((sql, at) => [`${at + 1}.sql`, sql] as const)), {
    checks: activeChecks({}),
    tenancy: resolveTenancy({
      ...declared,
      ...(memberships ? { memberships: members } : {}),
      ...(shared ? { globalTables: [{ relation: 'public.d', reason: 'the same for everybody' }] } : {}),
    }),
    asked: asked === undefined ? null : new Set(asked),
    filesOf: (file) => new Set([file]),
    unfocused,
  })
}

/** `check subject @file`, and where it was mended `-> file`. */
export function told({ defect, file, repairedBy }: Life): string {
  const mended = repairedBy === null ? '' : ` -> ${repairedBy}`
  return `${defect.check.id} ${defect.found.subject} @${file}${mended}`
}

/** All that is said of a defect. */
export function account(life: Life): string {
  const { found } = life.defect
  return [told(life), found.message, found.help, JSON.stringify(life.source)].join('\n')
}
