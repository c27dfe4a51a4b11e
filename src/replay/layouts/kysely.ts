import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'
import { nextName } from './next-migration.ts'
import { sqlProgram } from './sql-program.ts'

/**
 * Migrations in TypeScript or JavaScript for Kysely, as its FileMigrationProvider finds them (kysely/src/migration): every program of the
 * folder, in the order of `localeCompare`; folders in it are not looked into. All pending migrations run in one transaction. What a program
 * sends is told by running it; see `Migration.isKysely`.
 */
export const kysely: Layout = {
  name: 'kysely',
  session: 'same',
  transaction: 'history',
  detect: (folder) =>
    folder.sqlFiles.length === 0 && programsIn(folder).some((file) => isMigration(folder.text(file))),
  list(folder) {
    const up = programsIn(folder).sort((a, b) => a.localeCompare(b))
    const passedOver = folder.files
      .filter((file) => /(?<!\.d)\.c[jt]s$/.test(file))
      .map((file) => ({ file, reason: "is of a kind that Kysely's FileMigrationProvider passes over" }))
    return { up, unread: [...folder.unread(up, () => 'is SQL, and Kysely runs programs'), ...passedOver] }
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

/** Whether a program imports Kysely, or what goes with it. */
export function mentionsKysely(text: string): boolean {
  return /['"](?:ringfence\/)?kysely['"]/.test(text)
}

function isMigration(text: string): boolean {
  return mentionsKysely(text) && /\bup\b/.test(text)
}
