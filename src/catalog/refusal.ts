import { InputError } from '../findings/input-error.ts'

/**
 * Why a server that is as it should be doesn't answer a query of the reading: what it lacks, or who stopped it. Null for
 * anything else, which is a defect of the reading.
 */
export function refusal(error: unknown): InputError | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  const { message } = error
  const code = String(error.code)
  if (code === '42501') {
    return new InputError(`the role may not read all that an audit needs: ${message}`, {
      hint: 'Connect as a role that may read the tables and call the functions of pg_catalog, as every role may by default.',
      cause: error,
    })
  }
  if (code === '57014') {
    return new InputError(`the server gave up a query of the reading: ${message}`, {
      hint: 'If its time ran out, give it longer with --statement-timeout SECONDS.',
      cause: error,
    })
  }
  if (code === '22021' || code === '22P05') {
    return new InputError(`the catalogs hold text that is none in UTF-8: ${message}`, {
      hint: 'Mend the names and definitions: an encoding such as SQL_ASCII lets any bytes pass for text.',
      cause: error,
    })
  }
  if (code === 'XX000') return new SchemaChanged(message, error)
  if (!ofServer.test(code)) return null
  return new InputError(`the server could not answer a query of the reading: ${message} (SQLSTATE ${code})`, {
    cause: error,
  })
}

/** Conflicts on a standby, resources, limits, locks, intervention, files, damaged catalogs. */
const ofServer = /^(40|53|54|55|57|58|XX)...$/

/**
 * What stood in the catalogs when the reading began was dropped or changed before the server could print it: it prints
 * from what is there now.
 */
export class SchemaChanged extends InputError {
  constructor(detail: string, cause?: unknown) {
    super(`the schema was changed while it was read: ${detail}`, { hint: 'Run it again.', cause })
  }
}
