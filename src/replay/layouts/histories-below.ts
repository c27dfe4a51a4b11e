import { InputError } from '../../findings/input-error.ts'
import { isCode } from './code.ts'
import { dump } from './dump.ts'
import type { Folder } from './folder.ts'
import type { Layout, UnreadFile } from './layout.ts'
import { layoutOf } from './layouts.ts'
import { numbered, reasonNotUp } from './numbered.ts'

/** Whether a folder is called what people call a history of migrations (graphile-migrate: `committed`). */
export function isCalledHistory(folder: Folder): boolean {
  return /migrat|^committed$/i.test(folder.name)
}

/** The folders in a folder that may hold migrations. */
export function foldersIn(folder: Folder): Folder[] {
  return folder.folders.filter((name) => reasonNotUp(name) === null).map((name) => folder.child(name))
}

/** The folders below that are histories beyond doubt: laid out as a tool wants it, or called so. */
export function historiesBelow(folder: Folder): Folder[] {
  return foldersIn(folder).flatMap((child) => {
    const layout = layoutOf(child)
    if (layout === null) return historiesBelow(child)
    const isOneTools = layout !== numbered && layout !== dump
    return isOneTools || isCalledHistory(child) ? [child] : []
  })
}

/** Whether the names of the folders say in which order they come: `2023`, `v2`, `01_tables`. */
export function areNumbered(histories: readonly History[]): boolean {
  return histories.every(({ folder }) => /^[a-z]?\d/i.test(folder.name))
}

interface History {
  readonly folder: Folder
  readonly layout: Layout
}

/** A folder that holds more than one history does not tell which is meant, or in which order. */
export function severalHistories(folder: Folder, histories: readonly History[]): InputError {
  const named = histories.slice(0, 5).map((one) => `${one.folder.shown} (${one.layout.name})`)
  const more = histories.length > 5 ? ` and ${histories.length - 5} more` : ''
  return new InputError(`holds several histories: ${named.join(', ')}${more}`, {
    file: folder.shown,
    hint: 'Name the folder of the one to check; of several folders that make one history, all in their order.',
  })
}

/** What nobody reads in a folder that has no layout, but for the histories below it. */
export function leftIn(folder: Folder): UnreadFile[] {
  const notUp = folder.folders.flatMap((name) => {
    const reason = reasonNotUp(name)
    if (reason === null) return []
    const files = folder.child(name).unread([], () => reason)
    return files.map(({ file }) => ({ file: `${name}/${file}`, reason }))
  })
  const code = isCalledHistory(folder) ? folder.files.filter((file) => isCode(file)) : []
  return [...notUp, ...code.map((file) => ({ file, reason: 'is a migration in code, which is not read' }))]
}

/** What stands beside the histories below a folder with a dump of what they make: they are read in its place. */
export function leftBeside(folder: Folder, histories: readonly History[]): UnreadFile[] {
  const read = histories.map((one) => `${one.folder.path}/`)
  const made = `is a dump of what ${histories[0]?.folder.shown} makes; name it to have it read`
  return folder
    .unread([], (file) => (file.includes('/') ? 'stands beside the migrations that are read' : made))
    .filter(({ file }) => !read.some((path) => `${folder.path}/${file}`.startsWith(path)))
}
