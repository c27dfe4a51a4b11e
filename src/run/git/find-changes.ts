import { relative, resolve } from 'node:path'
import { InputError } from '../../findings/input-error.ts'
import { inputsOf, type RunRequest } from '../request.ts'
import { isProgram, Reach } from './reach.ts'
import { Repository } from './repository.ts'

/** Which changes are asked about: what the next commit brings, or what the branch does beyond a revision. */
export type ChangesAsked = { readonly kind: 'staged' } | { readonly kind: 'since'; readonly revision: string }

/** The migrations as they are and as they were, not read yet. */
export interface Changes {
  readonly request: RunRequest
  readonly repository: Repository
  /** What is read in the place of the working tree; null where that is read. */
  readonly present: Reach | null
  /** What there was before; null where there was nothing. Asks git. */
  readonly earlier: () => Reach | null
  /** How messages name it. */
  readonly earlierName: string
  /** The files of migrations, from the top, that are all that changed; null where something else did, or it is not known. */
  readonly added: readonly string[] | null
  readonly notes: () => readonly string[]
}

/** The changes that are asked about, or a sentence where no migration is among them. Loads no parser and reads no migration. */
export function findChanges(request: RunRequest, asked: ChangesAsked): Changes | string {
  const repository = new Repository(request.cwd)
  const { own, notes } = ofConfiguredMigrations(request, asked)
  const roots = inputsOf(own).entries.map(({ path }) => repository.rootOf(own.cwd, path))
  if (asked.kind === 'staged') return staged(own, repository, roots, notes)
  return since(own, repository, roots, notes, asked.revision)
}

/** Hooks name whatever file is staged: where the config names the migrations, paths have nothing to add. */
function ofConfiguredMigrations(
  request: RunRequest,
  { kind }: ChangesAsked,
): { own: RunRequest; notes: readonly string[] } {
  const { config, paths, cwd } = request
  if (config === null || config.migrations.length === 0) {
    return {
      own: {
        ...request,
        paths: paths.map((path) => (path === '' ? path : relative(cwd, resolve(cwd, path)) || '.')),
      },
      notes: [],
    }
  }
  const note = `--${kind} judges the migrations of ${config.file}; the paths that are named add nothing to it`
  return { own: { ...request, paths: [] }, notes: paths.length === 0 ? [] : [note] }
}

function staged(
  request: RunRequest,
  repository: Repository,
  roots: readonly string[],
  notes: readonly string[],
): Changes | string {
  const head = repository.commit('HEAD')
  const files = repository.index()
  const changed = repository.staged(head)
  if (changed.length === 0) return 'nothing is staged'
  const present = new Reach(
    repository.git,
    files.filter(({ status }) => status !== 'U'),
    roots,
  )
  const mayImport = present.holdsPrograms
  const relevant = changed.filter(
    ({ path }) => present.touches(path) || (mayImport && isProgram(path) && present.isBeside(path)),
  )
  const conflict = files.find(({ status, path }) => status === 'U' && present.touches(path))
  if (conflict !== undefined) {
    throw new InputError('is in conflict, so that no commit can hold it', {
      file: conflict.path,
      hint: 'Resolve the conflict, and stage the file with git add.',
    })
  }
  if (relevant.length === 0 && !repository.holds('\\i', present.roots)) return 'no migration is staged'
  const isPlain =
    relevant.every(({ status }) => status === 'A') &&
    !present.followsLinks &&
    !changed.some(({ path }) => present.isBeside(path))
  return {
    request,
    repository,
    present,
    earlier: () => (head === null ? null : new Reach(repository.git, repository.files(head), roots)),
    earlierName: 'HEAD',
    added: isPlain ? relevant.map(({ path }) => path) : null,
    notes: () => [...notes, ...configNote(request, repository)],
  }
}

function configNote({ config }: RunRequest, repository: Repository): string[] {
  if (config === null || !repository.differsFromIndex(config.file)) return []
  return [`${config.file} is read from the working tree, and differs from what is staged of it`]
}

function since(
  request: RunRequest,
  repository: Repository,
  roots: readonly string[],
  notes: readonly string[],
  revision: string,
): Changes {
  const base = repository.mergeBase(revision)
  return {
    request,
    repository,
    present: null,
    earlier: () => new Reach(repository.git, repository.files(base), roots),
    earlierName: revision,
    added: null,
    notes: () => notes,
  }
}
