import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'
import { nextName } from './next-migration.ts'
import { sqlProgram } from './sql-program.ts'

/**
 * Migrations in TypeScript or JavaScript for Kysely, as its FileMigrationProvider finds them (kysely/src/migration): every program of the
 * folder, by its name without the ending in the order of UTF-16; of two with one name the last counts, and folders in it are not looked into. All pending migrations run in one transaction. What a program
 * sends is told by running it; see `Migration.isKysely`.
 */
export const kysely: Layout = {
  name: 'kysely',
  session: 'same',
  transaction: 'history',
  detect: (folder) =>
    folder.sqlFiles.length === 0 && programsIn(folder).some((file) => isMigration(folder.text(file))),
  list(folder) {
    const byKey = new Map(
      programsIn(folder)
        .sort()
        .map((file) => [keyOf(file), file]),
    )
    const up = [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? [])
    const hidden = programsIn(folder)
      .filter((file) => !up.includes(file))
      .map((file) => ({
        file,
        reason: `has the name of ${byKey.get(keyOf(file))}, which is run in its place`,
      }))
    const passedOver = folder.files
      .filter((file) => /(?<!\.d)\.c[jt]s$/.test(file))
      .map((file) => ({ file, reason: "is of a kind that Kysely's FileMigrationProvider passes over" }))
    return {
      up,
      unread: [...folder.unread(up, () => 'is SQL, and Kysely runs programs'), ...passedOver, ...hidden],
    }
  },
  next(folder, draft) {
    const { up } = kysely.list(folder)
    const ending = /\.\w+$/.exec(up.at(-1) ?? '')?.[0] ?? '.ts'
    const name = nextName(['20000101000000_first', ...up.map((file) => file.replace(/\.\w+$/, ''))], draft)
    return [{ file: `${name}${ending}`, text: draft.program ?? sqlProgram(draft.up, draft.down, ending) }]
  },
}

function programsIn(folder: Folder): string[] {
  return folder.files.filter((file) => /(?<!\.d)\.m?[jt]s$/.test(file))
}

function keyOf(file: string): string {
  return file.slice(0, file.lastIndexOf('.'))
}

/** Whether a program imports Kysely, or what goes with it. */
export function mentionsKysely(text: string): boolean {
  return /['"](?:ringfence\/)?kysely['"]/.test(text)
}

function isMigration(text: string): boolean {
  return mentionsKysely(text) && /\bup\b/.test(text)
}
