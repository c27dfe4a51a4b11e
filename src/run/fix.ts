import { type ActiveCheck, type Defect, examine } from '../checks/examine.ts'
import type { Finding } from '../findings/finding.ts'
import { Isolation } from '../policy/isolation.ts'
import { RoutineBodies } from '../policy/routines.ts'
import { NextPlace, type PlannedMigration } from '../replay/layouts/plan-next.ts'
import type { Migration } from '../replay/migration.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { judge } from './check.ts'
import { withMigration } from './extended-history.ts'
import { fixMigration } from './fix-migration.ts'
import { historyOf, type LoadedHistory, loadHistory } from './load-history.ts'
import { inputsOf, type RunRequest } from './request.ts'
import { Severities } from './severities.ts'

/** A finding that the migration leaves as it is. */
export interface Remaining {
  readonly finding: Finding
  readonly why: string
}

/** A migration that mends what is mechanical. */
export interface Fix {
  /** Its SQL; null where nothing is to be mended, or nothing can be. */
  readonly sql: string | null
  /** The files that it would be; null where it is not asked for, or there is no SQL. */
  readonly planned: PlannedMigration | null
  readonly mended: readonly Finding[]
  readonly remaining: readonly Remaining[]
  readonly notes: readonly string[]
}

export interface FixOptions {
  /** The name of the migration, in words. */
  readonly name: string
  readonly now: Date
  /** Whether the migration is to be placed behind those that are there. */
  readonly isPlaced: boolean
}

export const noServer = {
  databaseUrl: null,
  engine: null,
  statementTimeout: 0,
  onProgress: () => undefined,
} as const

/** Nothing can be taken back honestly: it would open what was closed. */
const down = '-- Nothing is taken back: it would open again what this migration closes.\n'

/**
 * Composes what mends the findings of the files asked about, and replays it on top of the history: a mend that doesn't remove its own finding,
 * or brings another that can't be mended in turn, is left out, and told.
 */
export async function fix(request: RunRequest, options: FixOptions): Promise<Fix> {
  const loaded = await loadHistory(request)
  const { result, notes } = await judge(loaded, request, noServer)
  const open = result.findings.filter(({ repairedBy }) => repairedBy === null)
  const place = options.isPlaced ? placeFor(request) : null
  const run = new FixRun(loaded, new Severities(request.config).active(), (sql) =>
    place === null ? null : place.plan({ name: options.name, now: options.now, up: sql, down }),
  )
  const mended = run.mend(open)
  return { ...mended, notes: [...notes, ...lackingFor(mended.remaining, loaded.tenancy)] }
}

/** What the config would have to say for a policy to be written. */
function lackingFor(remaining: Fix['remaining'], { context, appRoles }: Tenancy): string[] {
  const isOpen = remaining.some(({ finding: { check } }) => wantsPolicy.has(check))
  const lacking = [
    ...(context.tenantSetting === null && context.functions.length === 0
      ? ['how a statement tells its tenant (tenancy.context.tenantSetting, or functions)']
      : []),
    ...(appRoles.length === 0 ? ['which roles are those of the application (tenancy.appRoles)'] : []),
  ]
  if (!isOpen || lacking.length === 0) return []
  return [`for policies to be written, say in the config ${lacking.join(', and ')}`]
}

const wantsPolicy: ReadonlySet<string> = new Set([
  'row-security-not-enabled',
  'no-policy',
  'only-restrictive',
])

function placeFor(request: RunRequest): NextPlace | null {
  const entry = inputsOf(request).entries.at(-1)
  return entry === undefined ? null : new NextPlace(entry, { cwd: request.cwd })
}

type Defects = ReadonlyMap<string, Defect>

class FixRun {
  readonly #loaded: LoadedHistory
  readonly #checks: readonly ActiveCheck[]
  readonly #plan: (sql: string) => PlannedMigration | null
  readonly #before: Defects

  constructor(
    loaded: LoadedHistory,
    checks: readonly ActiveCheck[],
    plan: (sql: string) => PlannedMigration | null,
  ) {
    this.#loaded = loaded
    this.#checks = checks
    this.#plan = plan
    this.#before = this.#examined(loaded.migrations)
  }

  mend(open: readonly Finding[]): Omit<Fix, 'notes'> {
    const findings = new Map(open.map((finding) => [keyOf(finding), finding]))
    const refused = new Map<string, string>()
    for (const [key, { help }] of findings) {
      if (fixOf(this.#before.get(key)) === null) refused.set(key, help ?? 'Nothing mechanical mends it.')
    }
    for (;;) {
      const own = [...findings.keys()].filter((key) => !refused.has(key))
      const outcome = this.#attempt(own)
      if (outcome.refused.size === 0) {
        const remaining = [...findings].flatMap(([key, finding]) => {
          const why = refused.get(key)
          return why === undefined || outcome.gone.has(key) ? [] : [{ finding, why }]
        })
        const left = new Set(remaining.map(({ finding }) => finding))
        const mended = open.filter((finding) => !left.has(finding))
        return { sql: outcome.sql, planned: outcome.planned, mended, remaining }
      }
      for (const [key, why] of outcome.refused) refused.set(key, why)
    }
  }

  /** Mends these, and says for which of them it must not be done so, and why. */
  #attempt(keys: readonly string[]): Attempt {
    const { arisen, ...mending } = this.#mended(keys)
    const refused = new Map(
      keys
        .filter((key) => !mending.gone.has(key))
        .map((key) => [key, 'What would mend it does not remove it.']),
    )
    for (const [key, why] of this.#blamed(keys, arisen)) refused.set(key, why)
    return { ...mending, refused }
  }

  /** Whose mend brings a finding: of the same relation if that tells, and by a check whose mends bring it on their own. */
  #blamed(keys: readonly string[], arisen: readonly Defect[]): Map<string, string> {
    const refused = new Map<string, string>()
    if (arisen.length === 0) return refused
    const checkOf = (key: string) => this.#before.get(key)?.check.id
    const relationOf = (key: string) => this.#before.get(key)?.found.relation
    const byCheck = new Map(
      [...new Set(keys.map(checkOf))].map((id) => {
        const own = keys.filter((key) => checkOf(key) === id)
        return [id, new Set(this.#mended(own).arisen.map(({ key }) => key))]
      }),
    )
    for (const { key: arisenKey, check, found } of arisen) {
      const why = `Mending it brings ${check.id}: ${found.message}`
      const bringing = keys.filter((key) => byCheck.get(checkOf(key))?.has(arisenKey) === true)
      const suspected = bringing.length > 0 ? bringing : keys
      const near = suspected.filter((key) => relationOf(key) === found.relation)
      for (const key of near.length > 0 ? near : suspected) refused.set(key, why)
    }
    return refused
  }

  /** Mends these, and what that brings, as long as that can be mended in turn. */
  #mended(keys: readonly string[]): Mending {
    const mends = new Map(
      keys.flatMap((key) => this.#before.get(key) ?? []).map((defect) => [defect.key, defect]),
    )
    for (;;) {
      if (mends.size === 0) return { sql: null, planned: null, gone: new Set(), arisen: [] }
      const sql = fixMigration([...mends.values()].flatMap(mendOf))
      const planned = this.#plan(sql)
      const after = this.#examined(withMigration(this.#loaded.migrations, planned, sql))
      const arisen = [...after.values()].filter(({ key }) => !this.#before.has(key))
      const further = arisen.filter((defect) => !mends.has(defect.key) && fixOf(defect) !== null)
      if (further.length === 0) {
        return {
          sql,
          planned,
          gone: new Set([...this.#before.keys()].filter((key) => !after.has(key))),
          arisen,
        }
      }
      for (const defect of further) mends.set(defect.key, defect)
    }
  }

  #examined(migrations: readonly Migration[]): Defects {
    const { tenancy } = this.#loaded
    const { model } = historyOf(migrations, tenancy.platform)
    return examine(this.#checks, tenancy, new Isolation(model, tenancy, new RoutineBodies()), null)
  }
}

interface Mending extends Pick<Fix, 'sql' | 'planned'> {
  /** The defects of before that are there no longer. */
  readonly gone: ReadonlySet<string>
  /** Those that were not there before, and are not mended. */
  readonly arisen: readonly Defect[]
}

interface Attempt extends Omit<Mending, 'arisen'> {
  readonly refused: ReadonlyMap<string, string>
}

function fixOf(defect: Defect | undefined): string | null {
  return defect === undefined ? null : (defect.check.fix?.(defect.found) ?? null)
}

function mendOf(defect: Defect) {
  const sql = fixOf(defect)
  const { check, found } = defect
  const place = found.relation ?? found.subject
  return sql === null ? [] : [{ place, check: check.id, message: found.message, sql }]
}

function keyOf({ check: id, subject }: Finding): string {
  return `${id}\0${subject}`
}
