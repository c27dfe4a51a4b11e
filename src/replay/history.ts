import type { Focus, Provenance, SchemaModel } from '../model/schema-model.ts'
import type { Change } from './journal.ts'
import type { State } from './state.ts'

export interface ReplayedFile {
  readonly file: string
  readonly statements: number
  /** The journal's length at the end of the file. */
  readonly mark: number
}

/** The model as it stood at the end of a file, and what the file moved. Valid until the next step is taken. */
export interface HistoryStep {
  /** Null for the beginning: the model before the first file that is walked. */
  readonly file: string | null
  readonly model: SchemaModel
  readonly moved: Focus
  /** The namespaces that the file created, dropped or changed. */
  readonly movedNamespaces: ReadonlySet<string>
  /** The file's last statement that moved a relation or routine, by id; none where another object moved it along. */
  readonly movedBy: ReadonlyMap<string, Provenance>
  /** The file's last statement that moved a namespace, or what `moved.cluster` tells of. */
  readonly clusterMovedBy: Provenance | null
}

/** A replayed history: the model at its end, and on request at the end of each file. */
export class History {
  readonly files: readonly ReplayedFile[]
  readonly #state: State
  readonly #start: number

  constructor(state: State, start: number, files: readonly ReplayedFile[]) {
    this.#state = state
    this.#start = start
    this.files = files
  }

  /** The model at the end of the history. */
  get model(): SchemaModel {
    return this.#state.model()
  }

  get statements(): number {
    return this.files.reduce((sum, { statements }) => sum + statements, 0)
  }

  /**
   * Walks the history from a file on: the model before it, then the end of each file. The model is live: look at it
   * before the next step is asked for, and walk to the end, after which `model` is the final one again.
   */
  *steps(first = 0): Generator<HistoryStep> {
    const { journal } = this.#state
    const end = journal.mark()
    let from = this.files[first - 1]?.mark ?? this.#start
    journal.rewind(from, end)
    try {
      yield this.#step(null, [])
      for (const { file, mark } of this.files.slice(first)) {
        const changes = journal.forward(from, mark)
        from = mark
        yield this.#step(file, changes)
      }
    } finally {
      journal.forward(from, end)
    }
  }

  #step(file: string | null, changes: readonly Change[]): HistoryStep {
    const { relations, routines, unmodelled, namespaces } = this.#state
    const keysOf = (map: unknown) => new Set(changes.filter((c) => c.map === map).map((c) => c.key))
    const objects: readonly unknown[] = [relations, routines]
    const cluster = clusterMaps(this.#state)
    const ofCluster = changes.filter(({ map }) => cluster.includes(map))
    const movedBy = new Map<string, Provenance>()
    for (const { map, key, by } of changes) if (by !== null && objects.includes(map)) movedBy.set(key, by)
    return {
      file,
      model: this.#state.model(),
      moved: {
        relations: keysOf(relations),
        routines: keysOf(routines),
        unmodelled: keysOf(unmodelled),
        cluster: ofCluster.length > 0,
      },
      movedNamespaces: keysOf(namespaces),
      movedBy,
      clusterMovedBy:
        changes.findLast(({ map }) => map === (namespaces as unknown) || cluster.includes(map))?.by ?? null,
    }
  }
}

/** What concerns every relation at once: roles, privileges, publications, settings. */
function clusterMaps(state: State): readonly unknown[] {
  const { roles, roleMemberships, defaultPrivileges, publications, eventTriggers, databaseSettings } = state
  return [roles, roleMemberships, defaultPrivileges, publications, eventTriggers, databaseSettings]
}
