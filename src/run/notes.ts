import type { ReadLayout } from '../replay/layouts/read-migrations.ts'

/** What was read and what was left aside, a sentence each, for stderr. */
export function readingNotes(layouts: readonly ReadLayout[]): string[] {
  const names = [...new Set(layouts.map(({ layout }) => layout))]
  return [
    ...names.flatMap((name) => readAs(name, layouts)),
    ...leftAside(layouts.flatMap(({ unread }) => unread)),
  ]
}

/** One sentence for each layout that was found out. */
function readAs(name: string, layouts: readonly ReadLayout[]): string[] {
  const read = layouts.filter(({ layout, detected, files }) => layout === name && detected && files > 0)
  if (read.length === 0) return []
  const files = read.reduce((sum, one) => sum + one.files, 0)
  return [`${listed(read.map(({ path }) => path))}: ${count(files)} read as ${name}`]
}

/** One sentence for each reason, with the first files as examples. */
function leftAside(unread: ReadLayout['unread']): string[] {
  const byReason = new Map<string, string[]>()
  for (const { file, reason } of unread) byReason.set(reason, [...(byReason.get(reason) ?? []), file])
  return [...byReason].map(([reason, names]) => {
    if (names.length === 1) return `${names[0]} is not replayed: it ${reason}`
    return `${listed(names)} are not replayed: each ${reason}`
  })
}

/** The first names and how many more there are. */
function listed(names: readonly string[]): string {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names
  return shown.length === 1 ? `${shown[0]}` : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

function count(files: number): string {
  return files === 1 ? '1 file' : `${files} files`
}
