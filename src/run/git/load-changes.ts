import { mkdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import type { Migration } from '../../replay/migration.ts'
import { type EarlierHistory, filesAdded, filesAppended, filesTouched } from '../against.ts'
import {
  filesWithIncluded,
  historyOf,
  type LoadedHistory,
  loadHistory,
  readHistory,
} from '../load-history.ts'
import type { RunRequest } from '../request.ts'
import type { Changes } from './find-changes.ts'
import type { Reach } from './reach.ts'
import { Snapshot } from './snapshot.ts'

/**
 * Reads the migrations as they are, and as they were where only that tells what changed. `folder`: an empty one, for the files that
 * are taken from the repository.
 */
export async function loadChanges(changes: Changes, folder: string): Promise<LoadedHistory> {
  const earlier = new Earlier(changes, folder)
  const asks = async (migrations: readonly Migration[]) => await earlier.asked(migrations)
  const loaded = await loadPresent(changes, folder, asks)
  return {
    ...loaded,
    notes: [...changes.notes(), ...earlier.notes, ...loaded.notes],
    earlier: earlier.replayed(loaded),
  }
}

/** Programs load what stands around them, so that all of that is written out; so is what migrations include. */
function withPrograms(request: RunRequest, before: () => void): RunRequest {
  const { programs } = request
  if (programs === undefined) return request
  return {
    ...request,
    programs: {
      ...programs,
      collect: async (migrations, cwd) => {
        before()
        return await programs.collect(migrations, cwd)
      },
    },
  }
}

/** Files are written out only where the working tree does not hold just them: writing hundreds takes longer than to replay them. */
async function loadPresent(
  changes: Changes,
  folder: string,
  asks: NonNullable<RunRequest['asks']>,
): Promise<LoadedHistory> {
  const { present, request, repository } = changes
  if (present === null) return await loadHistory({ ...request, asks })
  const writtenOut = async () =>
    await loadHistory({
      ...requestIn(new Snapshot(repository.git, folder, 'present'), present, changes),
      asks,
    })
  if (!present.isCheckedOut(repository)) return await writtenOut()
  const more = new Error('a migration reads another file')
  const needMore = () => {
    throw more
  }
  try {
    return await loadHistory({ ...withPrograms(request, needMore), asks, beforeInclude: needMore })
  } catch (error) {
    if (error !== more) throw error
    return await writtenOut()
  }
}

/** What there was before. */
class Earlier {
  readonly notes: string[] = []
  readonly #changes: Changes
  readonly #folder: string
  #migrations: readonly Migration[] | null = null

  constructor(changes: Changes, folder: string) {
    this.#changes = changes
    this.#folder = folder
  }

  /** The files that there were not; null for all. */
  async asked(present: readonly Migration[]): Promise<ReadonlySet<string> | null> {
    const { earlierName } = this.#changes
    const appended = this.#plainlyAppended(present)
    if (appended !== null) return someOrAll(appended, present)
    const earlier = await this.#read()
    const longer = filesAppended(earlier, present)
    if (longer !== null) {
      if (longer.length === 0) this.notes.push(`no migration differs from ${earlierName}`)
      return someOrAll(longer, present)
    }
    this.#migrations = earlier
    const [first = 'the order of the migrations', ...others] = filesTouched(earlier, present)
    const which = others.length === 0 ? `${first} is` : `${first} and ${others.length} more are`
    this.notes.push(`${which} not as in ${earlierName}: everything counts that was not so there`)
    return new Set(filesAdded(earlier, present))
  }

  /** The earlier history, where one is needed to judge the present one. */
  replayed({ tenancy }: LoadedHistory): EarlierHistory | null {
    const migrations = this.#migrations
    if (migrations === null) return null
    return {
      migrations,
      history: historyOf(migrations, tenancy.platform),
      filesOf: filesWithIncluded(migrations, new Map()),
    }
  }

  /** The added files, where nothing else changed and they are the last ones; nothing is read for it. */
  #plainlyAppended(present: readonly Migration[]): readonly string[] | null {
    const { added, repository } = this.#changes
    if (added === null || present.some(isIncluding)) return null
    const last = present.slice(-added.length).map(({ file }) => file)
    const names = new Set(added)
    const isTail = last.length === names.size && last.every((file) => names.has(repository.pathOf(file)))
    return isTail ? last : null
  }

  async #read(): Promise<readonly Migration[]> {
    const { earlierName, repository } = this.#changes
    const earlier = this.#changes.earlier()
    const request = earlier === null ? null : requestFor(earlier, this.#changes)
    if (earlier === null || request === null) return []
    const snapshot = new Snapshot(repository.git, this.#folder, 'earlier')
    try {
      const { migrations } = await readHistory(requestIn(snapshot, earlier, { request, repository }))
      return migrations
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      const place = error.file === null ? '' : `${error.file}: `
      this.notes.push(
        `the migrations of ${earlierName} can't be read, so everything counts (${place}${error.message})`,
      )
      return []
    }
  }
}

/** The request for those of its migrations of which something was there before; null where nothing was. */
function requestFor(earlier: Reach, { request, repository }: Changes): RunRequest | null {
  const { config, cwd } = request
  const wasThere = (path: string) => earlier.isFound(repository.rootOf(cwd, path))
  const migrations = config?.migrations.filter(({ path }) => wasThere(path)) ?? []
  const paths = request.paths.filter(wasThere)
  if (migrations.length + paths.length === 0) return null
  return { ...request, paths, config: config === null ? null : { ...config, migrations } }
}

/** The same request of files that are written out from the repository. */
function requestIn(
  snapshot: Snapshot,
  files: Reach,
  { request, repository }: Pick<Changes, 'request' | 'repository'>,
): RunRequest {
  snapshot.write(files.entries)
  const cwd = join(snapshot.top, repository.folder)
  mkdirSync(cwd, { recursive: true })
  const writePrograms = () => {
    snapshot.write(files.programs)
    snapshot.linkInstalled()
  }
  return {
    ...withPrograms(request, writePrograms),
    cwd,
    beforeInclude: (candidates) => {
      const paths = candidates.map((candidate) => relative(snapshot.top, candidate).split(sep).join('/'))
      snapshot.write(paths.flatMap((path) => files.file(path)))
    },
  }
}

function isIncluding({ parts }: Migration): boolean {
  return parts.some(({ kind }) => kind === 'include')
}

function someOrAll(files: readonly string[], all: readonly Migration[]): ReadonlySet<string> | null {
  return files.length === all.length ? null : new Set(files)
}
