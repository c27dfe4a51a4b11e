import { InputError } from '../findings/input-error.ts'

/** Why a server that is as it should be doesn't answer a query of the reading; null for anything else. */
export function refusal(error: unknown): InputError | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  if (error.code === '42501') {
    return new InputError(`the role may not read all that an audit needs: ${error.message}`, {
      hint: 'Connect as a role that may read the tables and call the functions of pg_catalog, as every role may by default.',
      cause: error,
    })
  }
  if (error.code === '57014') {
    return new InputError(`the server gave up a query of the reading: ${error.message}`, {
      hint: 'Give it longer with --statement-timeout SECONDS.',
      cause: error,
    })
  }
  if (error.code === 'XX000') return new SchemaChanged(error.message, error)
  return null
}

/**
 * What stood in the catalogs when the reading began was dropped or changed before the server could print it: it prints
 * from what is there now.
 */
export class SchemaChanged extends InputError {
  constructor(detail: string, cause?: unknown) {
    super(`the schema was changed while it was read: ${detail}`, { hint: 'Run it again.', cause })
  }
}
