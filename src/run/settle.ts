import { type ActiveCheck, type Defect, examine } from '../checks/examine.ts'
import type { ReadServer } from '../findings/check-result.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import { Isolation } from '../policy/isolation.ts'
import { RoutineBodies } from '../policy/routines.ts'
import type { Migration } from '../replay/migration.ts'
import { onServer, readServer, standInNotes } from './applied-model.ts'
import type { Life } from './lifecycle.ts'
import type { LoadedHistory } from './load-history.ts'
import { withProvenance } from './provenance.ts'
import type { EngineName, ServerRequest } from './server-request.ts'

export interface Settled {
  readonly lives: readonly Life[]
  readonly notes: readonly string[]
  readonly server: ReadServer | null
}

/**
 * Runs the migrations on a server and takes its word for what stands at their end: what replay alone saw there is
 * dropped, unmodelled statements with it, and what it did not see is added. What a later file mended stays as replay
 * tells it.
 */
export async function settle(
  loaded: LoadedHistory,
  lives: readonly Life[],
  checks: readonly ActiveCheck[],
  engine: EngineName,
  server: ServerRequest,
): Promise<Settled> {
  const { history, migrations, runProgram, tenancy, asked, earlier } = loaded
  const { model: replayed } = history
  const defectsOf = (model: SchemaModel): ReadonlyMap<string, Defect> => {
    const placed = withProvenance(model, replayed)
    return examine(checks, tenancy, new Isolation(placed, tenancy, new RoutineBodies()), null)
  }
  return await onServer(engine, server, runProgram, async (modelOf) => {
    const after = await modelOf(migrations, tenancy.platform)
    const before = earlier?.migrations ?? precedingFiles(migrations, asked)
    const old = before.length === 0 ? new Map() : defectsOf((await modelOf(before, tenancy.platform)).model)
    const present = defectsOf(after.model)
    const standing = lives.filter(({ defect, repairedBy }) => repairedBy !== null || present.has(defect.key))
    const known = new Set(
      standing.flatMap(({ defect, repairedBy }) => (repairedBy === null ? defect.key : [])),
    )
    const added = [...present.values()].filter(({ key }) => !known.has(key) && !old.has(key))
    return {
      lives: [...standing, ...added.map(lifeOf)],
      notes: standInNotes(after.standIns),
      server: readServer(after.model, false),
    }
  })
}

function lifeOf(defect: Defect): Life {
  const { source } = defect.found
  return { defect, file: source?.file ?? null, source, repairedBy: null }
}

/** The migrations before the first that is asked about; none where all are. */
function precedingFiles(
  migrations: readonly Migration[],
  asked: ReadonlySet<string> | null,
): readonly Migration[] {
  const first = migrations.findIndex(({ file }) => asked === null || asked.has(file))
  return first < 0 ? migrations : migrations.slice(0, first)
}
