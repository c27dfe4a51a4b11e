import { parentPort, workerData } from 'node:worker_threads'
import { serveCollector } from '../kysely/collect/serve-collector.ts'

if (parentPort !== null) await serveCollector(parentPort, workerData)
