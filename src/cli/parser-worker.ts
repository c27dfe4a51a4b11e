import { workerData } from 'node:worker_threads'
import { serveParser } from '../sql/parser-service.ts'

await serveParser(workerData)
