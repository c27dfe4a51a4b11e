import type { Layout } from './layout.ts'

/** One structure dump, as pg_dump writes it. psql reads it in one session. */
export const dump: Layout = {
  name: 'dump',
  session: 'new',
  transaction: 'none',
  detect(folder) {
    const [file, ...others] = folder.sqlFiles
    return file !== undefined && others.length === 0 && isDump(folder.text(file))
  },
  list: (folder) => ({
    up: folder.sqlFiles,
    unread: folder.unread(folder.sqlFiles, () => 'stands in a subfolder; name the subfolder to have it read'),
  }),
}

/** Whether the text begins as pg_dump's output does. */
export function isDump(text: string): boolean {
  return text.slice(0, 200).includes('-- PostgreSQL database dump')
}
