/** Which server a command works with, beside the migrations. */
export interface ServerRequest {
  /** A database that is there, only ever read; null for none. */
  readonly databaseUrl: string | null
  /** The server that the migrations are run on; null to run them on none. */
  readonly engine: EngineName | null
  /** How long one query of a reading may take, in milliseconds. */
  readonly statementTimeout: number
  /** Told what is being done, a few words each. */
  readonly onProgress: (doing: string) => void
}

export const engineNames = ['embedded', 'testcontainers'] as const
export type EngineName = (typeof engineNames)[number]
