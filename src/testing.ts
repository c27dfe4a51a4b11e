/** `ringfence/testing`: a PostgreSQL of one's own, to try things on and to test with. */
export type {
  ConnectOptions,
  Database,
  Engine,
  EngineConnection,
  EngineKind,
  Snapshot,
} from './engine/engine.ts'
export { type EngineChoice, startEngine } from './engine/start-engine.ts'
