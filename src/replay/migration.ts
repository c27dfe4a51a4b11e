import type { Comment } from '../sql/comments.ts'
import type { Span } from '../sql/split.ts'

/** One file of a history, as a layout hands it to replay. */
export interface Migration {
  /** As it is shown: relative to the working directory, with `/`. */
  readonly file: string
  readonly text: string
  /** What of the text is to be replayed: SQL, and what a reader of the file found besides. In order. */
  readonly parts: readonly MigrationPart[]
  /** The comments of what is replayed, where some may be meant for ringfence; those of included files are their own. */
  readonly comments?: readonly Comment[]
  readonly session: SessionStart
  /** It is a program for Kysely: whoever may run programs can tell what it sends. */
  readonly isKysely?: true
  /** Replay has no need of it, for what a history moves it moves in any transaction; a server has. */
  readonly transaction?: FileTransaction
}

/** In which transactions the tool runs a file, besides those that the file opens itself. */
export type FileTransaction =
  /** One around the file. */
  | 'around'
  /** One around the file, unless it holds a statement that PostgreSQL refuses in one. */
  | 'where-possible'
  /** One around the whole history. */
  | 'history'
  /** The file is sent as one message: several statements are in one transaction until the file itself ends it. */
  | 'one-message'
  /** None: each statement stands alone. */
  | 'none'

/** In which session the tool that owns a layout runs a file, seen from the file before it. */
export type SessionStart =
  /** A connection of its own: settings are at their defaults, temporary tables are gone. */
  | 'new'
  /** The same one after RESET ALL, which leaves in force what SET ROLE and SET SESSION AUTHORIZATION set. */
  | 'reset-all'
  /** The same one, as it was left. */
  | 'same'
  /** The same one, with these settings put back to what they were at first. */
  | readonly string[]

export type MigrationPart =
  /** SQL between two offsets. */
  | ({ readonly kind: 'sql' } & Span)
  /** SQL that stands here only after substitution (psql variables); errors and facts point at the span. */
  | ({ readonly kind: 'substituted'; readonly sql: string } & Span)
  /** Another file, read in this place (`\i`, `\ir`). */
  | ({ readonly kind: 'include'; readonly migration: Migration } & Span)
  /**
   * Something that moves the schema and can't be read as SQL; becomes an unmodelled statement. `partial`: its SQL with
   * stand-ins for what is not known (`sql/stand-in.ts`), which may tell what it affects. `variable`: the one whose value is all that is missing.
   */
  | ({
      readonly kind: 'unreadable'
      readonly reason: string
      readonly partial?: string
      readonly variable?: string
    } & Span)
