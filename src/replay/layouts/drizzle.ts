import { InputError } from '../../findings/input-error.ts'
import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'

const journal = 'meta/_journal.json'

/**
 * `meta/_journal.json` names the files and their order; files that it does not name are not applied. Breakpoints
 * (`--> statement-breakpoint`) end statements, in any layout. All pending
 * migrations run in one transaction (drizzle-orm/src/pg-core/dialect.ts); SET LOCAL is taken to end with its file, for which
 * files were pending together is not known.
 */
export const drizzle: Layout = {
  name: 'drizzle',
  session: 'same',
  transaction: 'history',
  detect: (folder) => folder.has(journal),
  list(folder) {
    const up = tagsOf(folder).map((tag) => `${tag}.sql`)
    const missing = up.find((file) => !folder.has(file))
    if (missing !== undefined) {
      throw new InputError(`names ${missing}, which is not there`, { file: folder.shownFile(journal) })
    }
    return { up, unread: folder.unread(up, () => `is not named in ${journal}`) }
  },
  next(folder, { name }) {
    throw new InputError(
      'drizzle-kit keeps a journal and snapshots beside the files, and has to add one itself',
      {
        file: folder.shown,
        hint: `Run: npx drizzle-kit generate --custom --name=${name}; then give the file that it made to --output.`,
      },
    )
  },
}

function tagsOf(folder: Folder): string[] {
  const file = folder.shownFile(journal)
  if (!folder.has(journal)) throw new InputError('there is no such file, which drizzle needs', { file })
  let content: unknown
  try {
    content = JSON.parse(folder.text(journal))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new InputError(`is not valid JSON: ${cause.message}`, { file, cause })
  }
  const entries = propertyOf(content, 'entries')
  const tags = Array.isArray(entries) ? entries.map((entry) => propertyOf(entry, 'tag')) : null
  if (tags === null || !tags.every((tag) => typeof tag === 'string')) {
    throw new InputError('is not a journal of drizzle: "entries" must be a list of objects with a "tag"', {
      file,
    })
  }
  return tags
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}
