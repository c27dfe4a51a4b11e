import { InputError } from '../../findings/input-error.ts'
import type { Folder } from './folder.ts'
import type { FilePart, Layout } from './layout.ts'
import { byCharacter, byNumber } from './natural-order.ts'
import { nextName } from './next-migration.ts'
import { linesWith } from './sections.ts'

const committed = /^(\d+)(?:-[-_a-zA-Z0-9]*)?\.sql$/

/**
 * `committed/000001.sql` by number, then `current.sql`, or the files of `current/` by number, which is the migration being written
 * (graphile/migrate, src/migration.ts and src/current.ts). Committed files begin with `--! Previous:`. What else is in the folder is run by actions of `.gmrc`,
 * or included. All run on one connection, and nothing is put back between them; `--! no-transaction` as the first line takes the transaction away.
 */
export const graphileMigrate: Layout = {
  name: 'graphile-migrate',
  session: 'same',
  transaction: 'around',
  placeholders: 'colon',
  detect(folder) {
    const { files } = committedIn(folder)
    const [first] = files
    return first !== undefined && /^--! Previous:/m.test(folder.text(first))
  },
  list(folder) {
    const { prefix, files } = committedIn(folder)
    const up = [...files, ...(prefix === '' ? [] : currentIn(folder))]
    const unread = folder.unread(up, (file) =>
      file.startsWith('committed/') || file.startsWith('current/') || prefix === ''
        ? 'is not named <number>-name.sql'
        : 'is no migration: graphile-migrate runs it in an action or an include',
    )
    return { up, unread }
  },
  transactionOf(folder, file) {
    const lines = folder.text(file).split('\n')
    const first = lines.find((line) => !/^--! [A-Z]/.test(line) && line.trim() !== '')
    return /^--!\s*no-transaction\b/.test(first ?? '') ? 'one-message' : undefined
  },
  upPart: outsideOfIncludes,
  next(folder, draft) {
    const { prefix } = committedIn(folder)
    if (prefix !== '' && folder.folders.includes('current')) {
      const names = currentIn(folder).map((file) => `${numberOf(file.slice('current/'.length))}-x`)
      return [
        {
          file: `current/${nextName(['0-first', ...names], draft).replaceAll('_', '-')}.sql`,
          text: draft.up,
        },
      ]
    }
    if (prefix !== '' && !folder.has('current.sql')) return [{ file: 'current.sql', text: draft.up }]
    throw new InputError(
      'graphile-migrate has one migration that is being written, which may hold something',
      {
        file: folder.shownFile(prefix === '' ? '../current.sql' : 'current.sql'),
        hint: 'Print the SQL, and add it to that file.',
      },
    )
  },
}

/** The files of `committed` in their order, whether that is the folder or one in it. */
function committedIn(folder: Folder): { prefix: string; files: string[] } {
  const isSelf = folder.name === 'committed'
  const prefix = isSelf ? '' : 'committed/'
  if (!isSelf && !folder.folders.includes('committed')) return { prefix, files: [] }
  const names = (isSelf ? folder : folder.child('committed')).sqlFiles.filter((file) => committed.test(file))
  names.sort((a, b) => byCharacter(`${numberOf(a)}.sql`, `${numberOf(b)}.sql`))
  return { prefix, files: names.map((name) => prefix + name) }
}

function currentIn(folder: Folder): string[] {
  if (!folder.folders.includes('current')) return folder.has('current.sql') ? ['current.sql'] : []
  const names = folder.child('current').sqlFiles.filter((file) => committed.test(file))
  return names.sort((a, b) => byNumber(numberOf(a), numberOf(b))).map((name) => `current/${name}`)
}

/** The whole but for what the tool includes; once committed, it stands in the file itself. */
function outsideOfIncludes(text: string): FilePart[] {
  const parts: FilePart[] = []
  let from = 0
  for (const { start, end } of linesWith(text, '--!')) {
    const included = /^--![ \t]*include[ \t]+(.*\.sql)[ \t]*$/.exec(text.slice(start, end))?.[1]
    if (included === undefined) continue
    parts.push({ kind: 'sql', start: from, end: start })
    parts.push({
      kind: 'unreadable',
      start,
      end,
      reason: `graphile-migrate includes ${included}, which is not read`,
    })
    from = end
  }
  return [...parts, { kind: 'sql', start: from, end: text.length }]
}

function numberOf(file: string): string {
  return committed.exec(file)?.[1] ?? ''
}
