import { readdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Defect, examine } from '../checks/examine.ts'
import { InputError } from '../findings/input-error.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import { Isolation } from '../policy/isolation.ts'
import { appRolesOf } from '../policy/roles.ts'
import { RoutineBodies } from '../policy/routines.ts'
import { NextPlace, type PlannedMigration } from '../replay/layouts/plan-next.ts'
import type { Migration } from '../replay/migration.ts'
import { loadParser } from '../sql/parse.ts'
import { type Blueprint, blueprintOf } from '../templates/blueprint.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'
import type { KeyType, Tenancy } from '../tenancy/tenancy.ts'
import { withMigration } from './extended-history.ts'
import { historyOf, loadHistory } from './load-history.ts'
import {
  type NewTable,
  tableMigration,
  tenancyMigration,
  type WrittenMigration,
} from './new-table-migration.ts'
import type { RunRequest } from './request.ts'
import { Severities } from './severities.ts'
import { type Declared, tenancyOf } from './tenancy-of.ts'

export interface NewOptions {
  /** The table; null for what all tables of tenants rest on. */
  readonly table: NewTable | null
  /** The role that the application runs under; null for the one that is declared, or that the migrations show. */
  readonly appRole: string | null
  /** Whether it is to be a program for Kysely; null for what the migrations are. */
  readonly isProgram: boolean | null
  /** The name of the migration, in words; null for one after the table. */
  readonly name: string | null
  readonly now: Date
  /** Whether the migration is to be placed behind those that are there. */
  readonly isPlaced: boolean
}

export interface NewMigration {
  readonly text: string
  readonly planned: PlannedMigration | null
  /** What it would bring, where the migrations around it don't let the table be safe. */
  readonly brings: readonly Defect[]
  readonly notes: readonly string[]
}

/** What stands before the new migration. */
interface Before {
  readonly migrations: readonly Migration[]
  readonly model: SchemaModel
  readonly tenancy: Tenancy
  readonly declared: Declared
  readonly notes: readonly string[]
}

/** Makes the migration of a new table from the templates, and replays it on top of the history. */
export async function newTable(request: RunRequest, options: NewOptions): Promise<NewMigration> {
  await loadParser()
  const before = await stateBefore(request, options)
  const {
    model,
    declared: { tenancy: declared },
  } = before
  const blueprint = blueprintFor(before, options)
  const configured = (request.config?.migrations ?? []).at(-1)
  const entry = configured && request.layout !== null ? { ...configured, layout: request.layout } : configured
  const place = entry === undefined ? null : placeOf(entry, request, options)
  if (place === null && options.isPlaced)
    throw new InputError('there are no migrations to write the next one behind')
  const migration = fromTemplates(() =>
    options.table === null
      ? tenancyMigration(blueprint, declared)
      : tableMigration(blueprint, { model, declared }, options.table, programsOf(before)),
  )
  const { up, down, program } = migration
  const isProgram = options.isProgram ?? place?.isProgram ?? false
  const draft = { name: options.name ?? migration.name, now: options.now, up, down, program }
  const planned = options.isPlaced && place !== null ? place.plan(draft) : null
  return {
    text: isProgram ? program : up,
    planned,
    brings: broughtBy(before, migration, planned, request),
    notes: [...before.notes, ...undeclared(declared, migration.declares)],
  }
}

/** What a layout can't be written to matters only where it is to be written to. */
function placeOf(
  entry: ConstructorParameters<typeof NextPlace>[0],
  { cwd }: RunRequest,
  { isPlaced }: NewOptions,
): NextPlace | null {
  try {
    return new NextPlace(entry, { cwd })
  } catch (error) {
    if (isPlaced || !(error instanceof InputError)) throw error
    return null
  }
}

/** Whether anything is to be read: not where the config names nothing, or folders that are empty yet. */
function hasHistory({ cwd, config }: RunRequest): boolean {
  return (config?.migrations ?? []).some(({ path }) => !isEmptyFolder(resolve(cwd, path)))
}

function isEmptyFolder(path: string): boolean {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  return isFolder && readdirSync(path).every((name) => name.startsWith('.'))
}

/** The history; none where the first migration of a project is asked for. */
async function stateBefore(request: RunRequest, { table }: NewOptions): Promise<Before> {
  if (table !== null || hasHistory(request)) {
    const { migrations, history, tenancy, declared, notes } = await loadHistory(request)
    return { migrations, model: history.model, tenancy, declared, notes }
  }
  const declared = { tenancy: request.config?.tenancy ?? {}, file: request.config?.file ?? null }
  const { model } = historyOf([], declared.tenancy.platform ?? null)
  const { tenancy } = tenancyOf(model, declared, declared.tenancy.platform ?? null)
  return { migrations: [], model, tenancy, declared, notes: [] }
}

/** What is declared, completed by what the migrations show. */
function blueprintFor({ model, tenancy, declared }: Before, { appRole, table }: NewOptions): Blueprint {
  const usual = tenancy.platform === 'supabase' ? 'authenticated' : 'app_user'
  const [role, ...others] = appRole === null ? appRolesOf(model, tenancy) : [appRole]
  const known = others.length === 0 || declared.tenancy.appRoles !== undefined ? role : undefined
  if (known === undefined && table !== null) {
    throw new InputError('it is not known under which role the application runs', {
      hint: 'Declare tenancy.appRoles in the config, or give --app-role.',
    })
  }
  const blueprint = blueprintOf(
    { ...declared.tenancy, ...(tenancy.platform === null ? {} : { platform: tenancy.platform }) },
    known ?? usual,
  )
  if (table === null) return blueprint
  const tenants = tenancy.tenants === null ? undefined : model.relations.get(tenancy.tenants)
  const key = tenants?.columns.find(({ name }) => name === 'id')?.type
  return {
    ...blueprint,
    tenantKey: tenancy.tenantKey,
    ...(tenants === undefined ? {} : { tenants: { namespace: tenants.namespace, name: tenants.name } }),
    ...(isKeyType(key) ? { keyType: key } : {}),
  }
}

function isKeyType(type: string | undefined): type is KeyType {
  return type === 'uuid' || type === 'bigint' || type === 'text'
}

/** The templates throw where a name or an option can't be had, with a sentence for whoever gave it. */
function fromTemplates(make: () => WrittenMigration): WrittenMigration {
  try {
    return make()
  } catch (cause) {
    if (cause instanceof Error && cause.constructor === Error) throw new InputError(cause.message, { cause })
    throw cause
  }
}

/** The module that the programs of the history import the tenancy from. */
function programsOf({ migrations }: Before): string | null {
  const pattern = /import\s*\{[^}]*\btenancy\b[^}]*\}\s*from\s*['"]([^'"]+)['"]/
  for (const { isKysely, text } of migrations.toReversed()) {
    const from = isKysely === true ? pattern.exec(text)?.[1] : undefined
    if (from !== undefined) return from
  }
  return null
}

/** The defects that are there with the migration and not without it. */
function broughtBy(
  { migrations, model, tenancy, declared }: Before,
  { up, declares }: WrittenMigration,
  planned: PlannedMigration | null,
  request: RunRequest,
): Defect[] {
  const checks = new Severities(request.config).active()
  const known = examine(checks, tenancy, new Isolation(model, tenancy, new RoutineBodies()), null)
  const after = historyOf(withMigration(migrations, planned, up), tenancy.platform).model
  const meant = { ...declared, tenancy: { ...declared.tenancy, ...declares } }
  const judged = tenancyOf(after, meant, tenancy.platform).tenancy
  const present = examine(checks, judged, new Isolation(after, judged, new RoutineBodies()), null)
  return [...present.values()].filter(({ key }) => !known.has(key))
}

/** What the config is to say, where it doesn't. */
function undeclared(declared: TenancyDeclaration, declares: TenancyDeclaration): string[] {
  const said = new Map<string, unknown>(Object.entries(declared))
  const missing = Object.entries(declares).filter(
    ([key, value]) => JSON.stringify(said.get(key)) !== JSON.stringify(value),
  )
  if (missing.length === 0) return []
  return [`declare in the config: "tenancy": ${JSON.stringify(Object.fromEntries(missing))}`]
}
