import { InputError } from '../findings/input-error.ts'
import type { Target } from './connect.ts'
import { isSocketFolder } from './server-address.ts'
import { speaksPostgres } from './speaks-postgres.ts'

/** Why no connection could be made: one sentence, in which no password stands. */
export async function connectionFailure(error: unknown, target: Target, place: string): Promise<InputError> {
  const { host, port, password } = target
  const told = knownReason(error, target)
  if (told !== null && !timedOut(error)) return failure(told)
  if (!isSocketFolder(host) && (await speaksPostgres(host, port)) === false) {
    return failure({ reason: 'what answers there is not PostgreSQL' })
  }
  if (told !== null) return failure(told)
  const message = error instanceof Error ? error.message : String(error)
  const secret = typeof password === 'string' && password !== '' ? password : null
  return failure({ reason: secret === null ? message : message.replaceAll(secret, '***') })

  function failure({ reason, hint }: Reason): InputError {
    return new InputError(`no connection to ${place}: ${reason}`, hint === undefined ? {} : { hint })
  }
}

interface Reason {
  readonly reason: string
  readonly hint?: string
}

function knownReason(
  error: unknown,
  { host, user, database, connectionTimeoutMillis }: Target,
): Reason | null {
  if (!(error instanceof Error)) return null
  const { message } = error
  switch (codeOf(error)) {
    case '28P01':
      return { reason: `the password of "${user}" is wrong` }
    case '28000':
      if (!/no encryption|SSL off/.test(message)) return { reason: message }
      return {
        reason: `the server does not let "${user}" in without encryption`,
        hint: 'Add sslmode=require to the URL.',
      }
    case '3D000':
      return { reason: `there is no database "${database}"` }
    case '57P03':
      return { reason: 'the server is starting or stopping' }
    case 'ECONNREFUSED':
    case 'ENOENT':
      return { reason: 'nothing listens there' }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { reason: `the host "${host}" is not known` }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { reason: 'the host is not reachable' }
    case 'EACCES':
      return { reason: 'its socket may not be used by this user' }
    case 'ETIMEDOUT':
      return { reason: 'no answer came' }
    case 'CERT_HAS_EXPIRED':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return {
        reason: `its certificate is not trusted (${codeOf(error)})`,
        hint: 'Name the certificate that signs it with sslrootcert=FILE in the URL.',
      }
  }
  if (timedOut(error)) {
    return { reason: `no answer came within ${(connectionTimeoutMillis ?? 0) / 1000} s` }
  }
  if (message === 'The server does not support SSL connections') {
    return { reason: 'the server offers no encryption, and the URL asks for it' }
  }
  if (/password must be a (non-empty )?string/.test(message)) {
    return { reason: `the server asks for the password of "${user}", and none was given` }
  }
  return null
}

function timedOut(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout expired'
}

/** Whether the connection broke, rather than the server refusing a statement. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (code !== null) return /^(08...|25P0[34]|57P0[1-5]|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code)
  return /^Connection terminated|not queryable|^Client was closed/.test(error.message)
}

/** The connection ended while it was in use: in the server's own last words, where it had any. */
export function serverGone(place: string, cause: unknown): InputError {
  const spoke = cause instanceof Error && 'severity' in cause
  const reason = spoke ? cause.message : 'the server stopped, crashed, or ended the session'
  return new InputError(`the connection to ${place} broke: ${reason}`, { cause })
}

function codeOf(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null
}
