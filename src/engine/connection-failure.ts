import { InputError } from '../findings/input-error.ts'

/** Why no connection could be made, in one sentence and without the driver's own words, which may hold a secret. */
export function connectionFailure(error: unknown, place: string): InputError {
  return new InputError(
    `no connection to ${place}: ${error instanceof Error ? error.message : String(error)}`,
  )
}

const connectionLossCodes = new Set([
  '57P01',
  '57P02',
  '57P03',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ECONNREFUSED',
])

/** Whether the connection broke, rather than the server refusing a statement. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? error.code : undefined
  if (typeof code === 'string') return connectionLossCodes.has(code)
  return /^Connection terminated|not queryable/.test(error.message)
}

/** The server stopped or crashed while a connection to it was in use. */
export function serverGone(place: string, cause: unknown): InputError {
  return new InputError(`the connection to ${place} broke: the server stopped or crashed`, { cause })
}
