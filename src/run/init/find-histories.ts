import { relative } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import { Folder } from '../../replay/layouts/folder.ts'
import { areNumbered, foldersIn, isCalledHistory } from '../../replay/layouts/histories-below.ts'
import type { Layout, LayoutName } from '../../replay/layouts/layout.ts'
import { layoutOf } from '../../replay/layouts/layouts.ts'
import { otherDatabaseOf } from './other-database.ts'

/** A history of migrations in a folder. */
export interface FoundHistory {
  /** Relative to where it was looked for, with `/`; `.` for that folder itself. */
  readonly path: string
  readonly layout: LayoutName
  readonly files: number
}

export interface FoundHistories {
  /** The ones to choose from: beyond doubt before others, and those of tests only where there are no others. */
  readonly histories: readonly FoundHistory[]
  /** What looks like one and can't be taken, a sentence each. */
  readonly notes: readonly string[]
}

interface Candidate {
  readonly folder: Folder
  readonly layout: Layout
  readonly files: number
  /** Laid out as one tool wants it, or called migrations. */
  readonly isCertain: boolean
}

/** Folders that hold the code of others, or what was built. */
const notLookedInto = /^(?:vendor|third_party|dist|build|out|target|coverage|tmp|temp)$/i

const ofTests = /(?:^|\/)(?:__tests__|tests?|spec|e2e|testdata|fixtures|examples?|seeds?|snippets)(?:\/|$)/i

/** Looks for migrations in a folder and below it, in packages of a monorepo too. */
export function findHistories(cwd: string): FoundHistories {
  const notes: string[] = []
  const candidates = asOne([...candidatesIn(new Folder(cwd, '.'), notes)])
  const ranked = [true, false].flatMap((isCertain) =>
    [false, true].map((isOfTests) =>
      candidates.filter((one) => one.isCertain === isCertain && ofTests.test(pathOf(cwd, one)) === isOfTests),
    ),
  )
  const best = ranked.find((some) => some.length > 0) ?? []
  return {
    histories: best.map((one) => ({ path: pathOf(cwd, one), layout: one.layout.name, files: one.files })),
    notes,
  }
}

function pathOf(cwd: string, { folder }: Candidate): string {
  return relative(cwd, folder.path).replaceAll('\\', '/') || '.'
}

function* candidatesIn(folder: Folder, notes: string[]): Generator<Candidate> {
  let candidate: Candidate | null
  let below: Folder[]
  try {
    candidate = candidateOf(folder, notes)
    below = foldersIn(folder)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    notes.push(`${error.file ?? folder.shown} is passed over: it ${error.message}`)
    return
  }
  if (candidate !== null) yield candidate
  if (candidate?.isCertain) return
  for (const child of below) if (!notLookedInto.test(child.name)) yield* candidatesIn(child, notes)
}

function candidateOf(folder: Folder, notes: string[]): Candidate | null {
  const layout = layoutOf(folder)
  if (layout === null || (layout.name === 'kysely' && !holdsKyselyMigrations(folder))) return null
  const other = otherDatabaseOf(folder, layout.name)
  if (other !== null) {
    notes.push(`${folder.shown} is passed over: its migrations are for ${other}`)
    return null
  }
  const files = layout.list(folder).up.length
  if (files === 0) return null
  const isOneTools = layout.name !== 'numbered' && layout.name !== 'dump'
  const isCertain = isOneTools || isCalledHistory(folder)
  const inside = layout.name === 'supabase' && folder.folders.includes('migrations')
  return { folder: inside ? folder.child('migrations') : folder, layout, files, isCertain }
}

/** Any folder of programs may import Kysely; of one of migrations most say what they do upwards. */
function holdsKyselyMigrations(folder: Folder): boolean {
  const programs = folder.files.filter((file) => /(?<!\.d)\.[cm]?[jt]s$/.test(file))
  const up = programs.filter((file) =>
    /^export\s+(?:async\s+function|function|const)\s+up\b/m.test(folder.text(file)),
  )
  return up.length > 0 && up.length * 2 >= programs.length
}

/** Folders side by side whose names give their order are one history: that of the folder that holds them. */
function asOne(candidates: readonly Candidate[]): Candidate[] {
  const besides = new Map<string, Candidate[]>()
  for (const one of candidates) {
    const { path } = one.folder.parent
    besides.set(path, [...(besides.get(path) ?? []), one])
  }
  return [...besides.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined || group.length === 1 || !areNumbered(group)) return group
    const files = group.reduce((sum, one) => sum + one.files, 0)
    return [{ ...first, folder: first.folder.parent, files }]
  })
}
