import type { ActiveCheck } from '../checks/examine.ts'
import { allAccepted } from '../findings/suppressed.ts'
import type { History } from '../replay/history.ts'
import type { Migration } from '../replay/migration.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { type Life, livesOf } from './lifecycle.ts'
import { Occurrences } from './occurrences.ts'
import { suppressionsOf, today } from './suppressions.ts'

/** A history that another one is held against. */
export interface EarlierHistory {
  readonly migrations: readonly Migration[]
  readonly history: History
  readonly filesOf: (file: string) => ReadonlySet<string>
}

interface PresentHistory extends EarlierHistory {
  readonly tenancy: Tenancy
  /** The files that the earlier history has not. */
  readonly asked: ReadonlySet<string> | null
}

/** The files by which a history is longer than an earlier one; null where it is not simply longer. */
export function filesAppended(
  earlier: readonly Migration[],
  present: readonly Migration[],
): readonly string[] | null {
  const isLonger = earlier.every((migration, at) => isSame(migration, present[at]))
  return isLonger ? present.slice(earlier.length).map(({ file }) => file) : null
}

/** The files that an earlier history has not, under this name or with this text under another one. */
export function filesAdded(earlier: readonly Migration[], present: readonly Migration[]): readonly string[] {
  const names = new Set(earlier.map(({ file }) => file))
  const texts = new Set(earlier.map(({ text }) => text))
  return present.filter(({ file, text }) => !names.has(file) && !texts.has(text)).map(({ file }) => file)
}

/** The files of an earlier history that are gone, or read otherwise. */
export function filesTouched(
  earlier: readonly Migration[],
  present: readonly Migration[],
): readonly string[] {
  const byName = new Map(present.map((migration) => [migration.file, migration]))
  return earlier.filter((one) => !isSame(one, byName.get(one.file))).map(({ file }) => file)
}

/**
 * What a history brings that an earlier one of other files, or in another order, does not: what its own files bring, and every defect that
 * stands in the end, or did in between, and in the earlier one does not. Both are judged under the one tenancy.
 */
export function livesAgainst(
  earlier: EarlierHistory,
  { history, filesOf, tenancy, asked }: PresentHistory,
  checks: readonly ActiveCheck[],
): Life[] {
  const before = livesOf(earlier.history, { checks, tenancy, asked: null, filesOf: earlier.filesOf })
  const known = new Set(notAccepted(before, earlier).flatMap(accounts))
  const added = livesOf(history, { checks, tenancy, asked: asked ?? new Set(), filesOf })
  const told = new Set(added.flatMap(accounts))
  const others = livesOf(history, { checks, tenancy, asked: null, filesOf }).filter(
    (life) => !known.has(accountOf(life)) && !told.has(accountOf(life)),
  )
  return [...added, ...others]
}

/** The defects that no comment of their history accepts: without the comment one of these is new. */
function notAccepted(lives: readonly Life[], { migrations }: EarlierHistory): readonly Life[] {
  const { placed } = suppressionsOf(migrations)
  if (placed.length === 0) return lives
  const occurrences = new Occurrences(
    lives,
    lives,
    migrations.map(({ file }) => file),
  )
  const accepted = allAccepted(placed, occurrences.all, today())
  return lives.filter((life) => !accepted.has(occurrences.of(life)))
}

/** What is said of a defect, and whether to the end of the history. */
function accountOf({ defect, repairedBy }: Life): string {
  return JSON.stringify([defect.key, defect.found.message, repairedBy !== null])
}

/** A defect that stands in the end stood before it, too. */
function accounts(life: Life): string[] {
  return [accountOf(life), accountOf({ ...life, repairedBy: life.file ?? '' })]
}

/** Whether two migrations do the same: what they are read from may differ in nothing. */
function isSame(one: Migration, other: Migration | undefined): boolean {
  return other !== undefined && identityOf(one) === identityOf(other)
}

function identityOf(migration: Migration): string {
  return JSON.stringify(migration)
}
