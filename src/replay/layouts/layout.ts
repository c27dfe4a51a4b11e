import type { Span } from '../../sql/split.ts'
import type { FileTransaction, SessionStart } from '../migration.ts'
import type { Folder } from './folder.ts'
import type { Draft, NextFiles } from './next-migration.ts'

/** The layouts by name; what tells more comes first where they are detected. */
export const layoutNames = [
  'sqitch',
  'drizzle',
  'graphile-migrate',
  'prisma',
  'hasura',
  'diesel',
  'supabase',
  'pop',
  'sqlx',
  'refinery',
  'node-pg-migrate',
  'golang-migrate',
  'flyway',
  'goose',
  'dbmate',
  'sql-migrate',
  'kysely',
  'dump',
  'numbered',
] as const

export type LayoutName = (typeof layoutNames)[number]

/** A file that is there and is not replayed. */
export interface UnreadFile {
  readonly file: string
  readonly reason: string
}

/** Files are relative to the folder, with `/`. */
export interface Listing {
  /** In the order in which the tool applies them to an empty database; migrations in code among them. */
  readonly up: readonly string[]
  /** Files of SQL that are not replayed. */
  readonly unread: readonly UnreadFile[]
}

/** What of a file is its up part, in order; the rest is not replayed. */
export type FilePart =
  | ({ readonly kind: 'sql' } & Span)
  | ({ readonly kind: 'unreadable'; readonly reason: string } & Span)

/** How a migration tool lays out its files. One file each in this folder; `read-migrations.ts` has them all. */
export interface Layout {
  readonly name: LayoutName
  readonly session: SessionStart
  readonly transaction: FileTransaction
  /** The notation of values that the tool puts into the text: Go templates, `${name}` or `:NAME`. */
  readonly placeholders?: 'go-template' | 'dollar-brace' | 'colon'
  /** Whether the folder is laid out so. Looks at names; reads a file where names do not tell. */
  detect(folder: Folder): boolean
  /** Throws `InputError` where the tool's own index of the files can't be followed. */
  list(folder: Folder): Listing
  /** What a file (or one beside it) says of its transaction; undefined where it says nothing. */
  transactionOf?(folder: Folder, file: string): FileTransaction | undefined
  /** The up part of a file of SQL; the whole, where a layout does not have this. */
  upPart?(text: string): readonly FilePart[]
  /**
   * The files of a migration that comes after all that are there, named as they are. None is there yet. Throws `InputError` where the tool
   * itself has to add one, with the way to do so. A layout that does not have this can't be written to.
   */
  next?(folder: Folder, draft: Draft): NextFiles
}
