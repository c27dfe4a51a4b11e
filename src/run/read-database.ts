import { readCatalog } from '../catalog/read-catalog.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import type { ServerRequest } from './server-request.ts'

/** Reads the model of the database of a URL: one snapshot, in a read-only transaction. */
export async function readDatabase(
  url: string,
  { statementTimeout, onProgress }: Pick<ServerRequest, 'statementTimeout' | 'onProgress'>,
): Promise<SchemaModel> {
  const { startEngine } = await import('../engine/start-engine.ts')
  onProgress('connecting')
  const engine = await startEngine({ kind: 'url', url })
  try {
    const connection = await engine.database.connect()
    try {
      onProgress('reading the catalogs')
      return await readCatalog(connection, { statementTimeout })
    } finally {
      await connection.close()
    }
  } finally {
    await engine.stop()
  }
}
