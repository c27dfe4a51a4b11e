import { activeChecks } from '../../src/run/examine.ts'
import { type Life, livesOf } from '../../src/run/lifecycle.ts'
import { resolveTenancy } from '../../src/tenancy/declaration.ts'
import { historyOf } from '../replay/fixture.ts'

const tenancy = resolveTenancy({ tenantKey: 'org_id', tenants: 'public.orgs', appRoles: ['app_user'] })

interface Options {
  readonly asked?: readonly string[]
  readonly unfocused?: boolean
}

/** The lives of the defects of files named `1.sql`, `2.sql`, ... */
export function lives(files: readonly string[], { asked, unfocused = false }: Options = {}): Life[] {
  return livesOf(historyOf(files.map((sql, at) => [`${at + 1}.sql`, sql] as const)), {
    checks: activeChecks({}),
    tenancy,
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
