import type { ReadLayout } from '../replay/layouts/read-migrations.ts'

/** What was read and what was left aside, a sentence each, for stderr. */
export function readingNotes(layouts: readonly ReadLayout[]): string[] {
  return layouts.flatMap(({ path, layout, detected, files, unread }) => [
    ...(detected && files > 0 ? [`${path}: ${count(files)} read as ${layout}`] : []),
    ...leftAside(unread),
  ])
}

/** One sentence for each reason, with the first files as examples. */
function leftAside(unread: ReadLayout['unread']): string[] {
  const byReason = new Map<string, string[]>()
  for (const { file, reason } of unread) byReason.set(reason, [...(byReason.get(reason) ?? []), file])
  return [...byReason].map(([reason, names]) => {
    if (names.length === 1) return `${names[0]} is not replayed: it ${reason}`
    const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
    return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)} are not replayed: each ${reason}`
  })
}

function count(files: number): string {
  return files === 1 ? '1 file' : `${files} files`
}
