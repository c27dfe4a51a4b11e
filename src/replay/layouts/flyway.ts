import { isCode } from './code.ts'
import { isSql } from './folder.ts'
import type { Layout } from './layout.ts'
import { byCharacter, byNumber } from './natural-order.ts'
import { nextName } from './next-migration.ts'

/** The names of versioned, baseline and repeatable migrations. */
export const flywayName = /^(?:([VB])(\d[\d._]*)|(R))__(.*)\.\w+$/

interface Named {
  readonly file: string
  readonly kind: 'V' | 'B' | 'R'
  /** The parts of the version; a missing one counts as 0. */
  readonly version: readonly string[]
  readonly description: string
}

/**
 * `V1_2__name.sql` by version, in subfolders too; then `R__name.sql` by description, each once. `B` is a baseline: on an empty database
 * the highest one stands for all versions up to its own. `U` undoes and is never read. Callbacks that run
 * once in a migrate (beforeMigrate, afterVersioned, beforeRepeatables, afterMigrateApplied, afterMigrate) stand in their places, others are not read. A migration in Java is named as one in SQL.
 * Before each migration, all on one connection, Flyway sets the role and the search_path back and nothing else (DbMigrate.java;
 * PostgreSQLConnection.java, doRestoreOriginalState and changeCurrentSchemaTo).
 */
export const flyway: Layout = {
  name: 'flyway',
  session: ['role', 'session_authorization', 'search_path'],
  transaction: 'where-possible',
  placeholders: 'dollar-brace',
  detect: (folder) => folder.sqlFiles.some((file) => flywayName.test(file)),
  list(folder) {
    const files = [...folder.allFiles()].filter((file) => isSql(file) || isCode(file))
    const migrations = files.flatMap((file) => parseName(file) ?? [])
    const baseline = migrations
      .filter(({ kind }) => kind === 'B')
      .sort(byVersion)
      .at(-1)
    const covered = ({ kind, version }: Named) =>
      baseline !== undefined && kind === 'V' && compareVersions(version, baseline.version) <= 0
    const versioned = migrations.filter((one) => one.kind === 'V' && !covered(one)).sort(byVersion)
    const repeatable = migrations
      .filter(({ kind }) => kind === 'R')
      .sort((a, b) => byCharacter(a.description, b.description))
    const callbacks = (...names: readonly string[]) =>
      names.flatMap((name) => files.filter((file) => isCallback(file, name)).sort(byCharacter))
    const up = [
      ...callbacks('beforeMigrate'),
      ...[...(baseline ? [baseline] : []), ...versioned].map(({ file }) => file),
      ...callbacks('afterVersioned', 'beforeRepeatables'),
      ...repeatable.map(({ file }) => file),
      ...callbacks('afterMigrateApplied', 'afterMigrate'),
    ]
    return { up, unread: folder.unread(up, (file) => reasonFor(file, baseline)) }
  },
  next(folder, draft) {
    const versioned = flyway.list(folder).up.filter((file) => /^[VB]\d/.test(baseName(file)))
    const last = versioned.at(-1) ?? ''
    const names = versioned.map((file) =>
      baseName(file)
        .replace(/^B/, 'V')
        .replace(/\.\w+$/, ''),
    )
    const name = nextName(['V0__first', ...names], draft)
    return [{ file: `${last.slice(0, last.length - baseName(last).length)}${name}.sql`, text: draft.up }]
  },
}

function parseName(file: string): Named | null {
  const match = flywayName.exec(baseName(file))
  if (match === null) return null
  const kind = match[1] === 'V' || match[1] === 'B' ? match[1] : 'R'
  const version = (match[2] ?? '').split(/[._]/).filter((part) => part !== '')
  return { file, kind, version, description: match[4] ?? '' }
}

function reasonFor(file: string, baseline: Named | undefined): string {
  const name = baseName(file)
  if (/^U\d/.test(name)) return 'is an undo migration'
  if (/^[VB]\d/.test(name) && baseline !== undefined)
    return `is covered by the baseline ${baseName(baseline.file)}`
  if (/^(?:before|after|create)[A-Z]/.test(name))
    return 'is a callback that does not run once in each migrate'
  return 'is not named as a migration of Flyway'
}

function isCallback(file: string, name: string): boolean {
  const base = baseName(file)
  return base === `${name}.sql` || (base.startsWith(`${name}__`) && isSql(base))
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

function byVersion(a: Named, b: Named): number {
  return compareVersions(a.version, b.version) || byCharacter(a.file, b.file)
}

function compareVersions(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = byNumber(a[at] ?? '0', b[at] ?? '0')
    if (order !== 0) return order
  }
  return 0
}
