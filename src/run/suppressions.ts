import { checkIds } from '../checks/index.ts'
import type { PlacedSuppression } from '../findings/suppressed.ts'
import type { Misspelt } from '../findings/suppression.ts'
import { type WrittenSuppression, writtenSuppressions } from '../findings/written-suppressions.ts'
import type { Provenance } from '../model/schema-model.ts'
import type { Migration } from '../replay/migration.ts'
import { skipBlank } from '../sql/lexer.ts'
import { type Span, splitStatements } from '../sql/split.ts'

/** A comment that means to accept something and can't be read. */
export interface MisspeltSuppression extends Misspelt {
  /** As it is written. */
  readonly line: string
  /** The file of the history that holds it or includes the file that does. */
  readonly at: number
  readonly source: Provenance
}

/** What the comments of a history accept, or mean to. */
export interface Suppressions {
  readonly placed: readonly PlacedSuppression[]
  readonly misspelt: readonly MisspeltSuppression[]
}

/** The day by which comments expire, `2027-06-30`: that of UTC. */
export function today(): string {
  return new Date().toISOString().slice(0, 10)
}

/** Reads the comments of migrations and of what they include, in order. */
export function suppressionsOf(migrations: readonly Migration[]): Suppressions {
  const placed: PlacedSuppression[] = []
  const misspelt: MisspeltSuppression[] = []
  for (const [at, migration] of migrations.entries()) {
    for (const file of withIncluded(migration)) {
      for (const written of writtenSuppressions(file.text, file.comments ?? [], checkIds)) {
        const { said, start, end } = written
        const source = { file: file.file, start, end }
        if ('problem' in said) misspelt.push({ ...said, line: file.text.slice(start, end), at, source })
        else placed.push({ suppression: said, at, source, statement: statementAt(file, written) })
      }
    }
  }
  return { placed, misspelt }
}

function* withIncluded(migration: Migration): Generator<Migration> {
  yield migration
  for (const part of migration.parts) if (part.kind === 'include') yield* withIncluded(part.migration)
}

/** The statement on whose last line or within which the comment starts, else the next one. */
function statementAt(migration: Migration, { comment }: WrittenSuppression): Provenance | null {
  const { file, text } = migration
  const line = Math.max(text.lastIndexOf('\n', comment - 1), text.lastIndexOf('\r', comment - 1)) + 1
  const before = comment === 0 ? '' : text.slice(line, comment).trimEnd()
  const at = before === '' ? comment : line + before.length - 1
  for (const { start, end } of statementsOf(migration)) if (end > at) return { file, start, end }
  return null
}

function* statementsOf({ text, parts }: Migration): Generator<Span> {
  for (const part of parts) {
    if (part.kind !== 'sql') yield part
    else {
      for (const statement of splitStatements(text, part)) {
        if (skipBlank(text, statement.start, statement.end) < statement.end) yield statement
      }
    }
  }
}
