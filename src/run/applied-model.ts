import { readCatalog } from '../catalog/read-catalog.ts'
import type { ReadServer } from '../findings/check-result.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import { versionName } from '../model/server-facts.ts'
import type { Migration } from '../replay/migration.ts'
import type { Platform } from '../tenancy/tenancy.ts'
import type { RunProgram } from './apply/apply-file.ts'
import { applyMigrations } from './apply/apply-migrations.ts'
import type { EngineName, ServerRequest } from './server-request.ts'

/** What migrations led to on a server, in its own words. */
export interface AppliedModel {
  readonly model: SchemaModel
  /** Extensions that the server lacks and that something stood in for. */
  readonly standIns: readonly string[]
}

/**
 * Starts a server, hands out what any number of histories lead to on it, each in a database of its own, and stops it.
 */
export async function onServer<Result>(
  name: EngineName,
  { statementTimeout, onProgress }: Pick<ServerRequest, 'statementTimeout' | 'onProgress'>,
  runProgram: RunProgram | null,
  work: (
    modelOf: (migrations: readonly Migration[], platform: Platform | null) => Promise<AppliedModel>,
    serverVersion: number,
  ) => Promise<Result>,
): Promise<Result> {
  onProgress('starting PostgreSQL')
  const { startEngine } = await import('../engine/start-engine.ts')
  const engine = await startEngine({ kind: name })
  const modelOf = async (
    migrations: readonly Migration[],
    platform: Platform | null,
  ): Promise<AppliedModel> => {
    await engine.reset()
    const database = await engine.createDatabase()
    const { standIns } = await applyMigrations(database, migrations, {
      platform,
      runProgram,
      onFile: (file) => onProgress(`running ${file}`),
    })
    onProgress('reading the catalogs')
    const connection = await database.connect()
    try {
      const [reader] = await connection.query<{ role: string }>('select current_user::text as role')
      if (reader === undefined) throw new Error('a query of one row returned none')
      return {
        model: await readCatalog(connection, { migrationRole: reader.role, statementTimeout }),
        standIns,
      }
    } finally {
      await connection.close()
    }
  }
  try {
    return await work(modelOf, engine.serverVersion)
  } finally {
    await engine.stop()
  }
}

/** Which server a model was read from, as a result tells it. `isNamed`: the database is the user's, and not one of ours. */
export function readServer({ server }: SchemaModel, isNamed: boolean): ReadServer | null {
  if (server === null) return null
  return { version: versionName(server.version), database: isNamed ? server.database.name : null }
}

export function standInNotes(extensions: readonly string[]): string[] {
  if (extensions.length === 0) return []
  const names = [...new Set(extensions)].join(', ')
  return [`the server lacks ${names}: something stood in for the types and functions of these extensions`]
}
