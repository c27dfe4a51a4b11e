import type { InputError } from '../../../src/findings/input-error.ts'
import type { FileTransaction, Migration, SessionStart } from '../../../src/replay/migration.ts'
import { loadParser } from '../../../src/sql/parse.ts'

await loadParser()

interface Manner {
  readonly transaction?: FileTransaction
  readonly session?: SessionStart
}

/** Migrations `1.sql`, `2.sql`, ... of these texts, run as the manner says. */
export function files(
  texts: readonly string[],
  { transaction = 'none', session = 'same' }: Manner = {},
): Migration[] {
  return texts.map((text, at) => ({
    file: `${at + 1}.sql`,
    text,
    parts: [{ kind: 'sql', start: 0, end: text.length }],
    session,
    transaction,
  }))
}

/** The error that a run ends with, as it is shown: place, message and hint. */
export async function failureOf(run: Promise<unknown>): Promise<string> {
  try {
    await run
  } catch (error) {
    const { file, line, column, message, hint } = error as InputError
    return `${file}:${line}:${column} ${message} | ${hint}`
  }
  throw new Error('nothing failed')
}
