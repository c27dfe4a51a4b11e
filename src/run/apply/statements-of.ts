import type { Node } from 'libpg-query'
import type { Migration, MigrationPart } from '../../replay/migration.ts'
import { parseStatements, type ScriptStatement } from '../../sql/parse.ts'

/** A statement of a file, or what stands in its place and can't be sent to a server. */
export interface FileStatement {
  /** The file that it stands in: an included one, where it does. */
  readonly file: string
  readonly text: string
  /** Where it stands in the text of the file. */
  readonly start: number
  readonly end: number
  /** What is sent; null where a reader of the file could make no SQL of it. */
  readonly sql: string | null
  /** Why it can't be sent. */
  readonly reason: string | null
  /** Null where PostgreSQL's grammar, as it is here, refuses it. */
  readonly node: Node | null
  /** Whether `sql` stands in the file as it is, so that places in one are places in the other. */
  readonly verbatim: boolean
}

/** The statements of a migration in order, those of included files in their places. */
export function statementsOf(migration: Migration): FileStatement[] {
  return migration.parts.flatMap((part) => statementsOfPart(migration, part))
}

function statementsOfPart({ file, text }: Migration, part: MigrationPart): FileStatement[] {
  switch (part.kind) {
    case 'include':
      return statementsOf(part.migration)
    case 'unreadable':
      return [
        {
          file,
          text,
          start: part.start,
          end: part.end,
          sql: null,
          reason: part.reason,
          node: null,
          verbatim: false,
        },
      ]
    case 'substituted':
      return parseStatements(part.sql).map((statement) => ({
        ...sent(part.sql, statement),
        ...{ file, text, start: part.start, end: part.end, verbatim: false },
      }))
    case 'sql':
      return parseStatements(text, part).map((statement) => ({
        ...sent(text, statement),
        ...{ file, text, start: statement.start, end: statement.end, verbatim: true },
      }))
  }
}

function sent(text: string, statement: ScriptStatement): Pick<FileStatement, 'sql' | 'reason' | 'node'> {
  const node = 'node' in statement ? statement.node : null
  return { sql: text.slice(statement.start, statement.end), reason: null, node }
}
