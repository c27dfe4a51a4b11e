import { readCatalog } from '../catalog/read-catalog.ts'
import type { RoleName, SchemaModel } from '../model/schema-model.ts'
import type { ServerRequest } from './server-request.ts'

export interface ReadDatabase {
  readonly model: SchemaModel
  /** The same, told as migrations tell it; null where that isn't asked for. */
  readonly asMigrated: MigratedModel | null
}

/**
 * A model in which the role that ran the migrations goes without its name: the one that owns most tables and routines, of
 * those that the migrations don't make for the application.
 */
export interface MigratedModel {
  readonly model: SchemaModel
  readonly migrationRole: RoleName | null
}

/**
 * Reads the model of the database of a URL: one snapshot, in a read-only transaction. `asMigratedBut`: whose roles did not run
 * the migrations; null where the model isn't to be held against any.
 */
export async function readDatabase(
  url: string,
  { statementTimeout, onProgress }: Pick<ServerRequest, 'statementTimeout' | 'onProgress'>,
  { asMigratedBut }: { readonly asMigratedBut: ReadonlySet<RoleName> | null },
): Promise<ReadDatabase> {
  const { connectUrl } = await import('../engine/open-url.ts')
  onProgress('connecting')
  const connection = await connectUrl(url)
  try {
    onProgress('reading the catalogs')
    await connection.query('begin transaction isolation level repeatable read, read only')
    const options = { statementTimeout, inTransaction: true }
    const model = await readCatalog(connection, options)
    const migrationRole = asMigratedBut && mostFrequentOwner(model, asMigratedBut)
    const migrated =
      migrationRole === null ? model : await readCatalog(connection, { ...options, migrationRole })
    await connection.query('rollback')
    return { model, asMigrated: asMigratedBut && { model: migrated, migrationRole } }
  } finally {
    await connection.close()
  }
}

function mostFrequentOwner(
  { relations, routines }: SchemaModel,
  others: ReadonlySet<RoleName>,
): RoleName | null {
  const counts = new Map<RoleName, number>()
  for (const { owner } of [...relations.values(), ...routines.values()]) {
    if (owner !== null && !others.has(owner)) counts.set(owner, (counts.get(owner) ?? 0) + 1)
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  return most?.[0] ?? null
}
