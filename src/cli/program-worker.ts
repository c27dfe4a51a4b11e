import { parentPort, workerData } from 'node:worker_threads'
import { servePrograms } from '../kysely/collect/serve-programs.ts'

if (parentPort !== null) {
  await servePrograms(parentPort, workerData)
  parentPort.close()
}
