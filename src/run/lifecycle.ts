import { type ActiveCheck, type Defect, type Examination, Examiner, looksAt } from '../checks/examine.ts'
import type { Provenance, RelationId, RoutineId } from '../model/schema-model.ts'
import { Isolation } from '../policy/isolation.ts'
import { RoutineBodies } from '../policy/routines.ts'
import type { History, HistoryStep } from '../replay/history.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import { Dependents, type Reexamination } from './dependents.ts'

/** A defect from the file whose end first shows it to the file whose end no longer does. */
export interface Life {
  /** As it was seen last. */
  defect: Defect
  /** The file that brought it; null for what stood before the first file that is asked about. */
  readonly file: string | null
  /** The statement to point at: the defect's own if it stands in the file, else the one that brought it about. */
  readonly source: Provenance | null
  /** The later file that mends it. */
  repairedBy: string | null
}

export interface LifecycleOptions {
  readonly checks: readonly ActiveCheck[]
  readonly tenancy: Tenancy
  /** The files that are asked about; null for all. */
  readonly asked: ReadonlySet<string> | null
  /** The files that a file of the history includes (`\i`), itself among them. */
  readonly filesOf: (file: string) => ReadonlySet<string>
  /** Examine everything after each file, in the place of what the file moved. For the test that both agree. */
  readonly unfocused?: boolean
}

/** The defects that the files asked about bring, in the order in which they are brought. */
export function livesOf(history: History, options: LifecycleOptions): Life[] {
  const { asked, unfocused = false } = options
  const first = asked === null ? 0 : history.files.findIndex(({ file }) => asked.has(file))
  if (first < 0) return []
  const bodies = new RoutineBodies()
  const lives = new Lives(options, bodies)
  const concerned = first === 0 || unfocused ? null : concernedFrom(history, first, options.tenancy, bodies)
  for (const step of history.steps(first)) {
    if (step.file === null) lives.begin(step, concerned)
    else lives.take(step, step.file)
  }
  return lives.brought.filter(({ file }) => file !== null && (asked === null || asked.has(file)))
}

/** All that is examined again from a file on: what stands before it matters only there. */
function concernedFrom(
  history: History,
  first: number,
  tenancy: Tenancy,
  bodies: RoutineBodies,
): Examination {
  const relations = new Set<RelationId>()
  const routines = new Set<RoutineId>()
  let cluster = false
  let dependents: Dependents | null = null
  for (const step of history.steps(first)) {
    dependents ??= new Dependents(step.model, tenancy, bodies)
    const { focus, moved } = dependents.reexamine(step)
    for (const id of [...focus.relations, ...moved.keys()]) relations.add(id)
    for (const id of focus.routines) routines.add(id)
    cluster ||= focus.cluster
  }
  return { focus: { relations, routines, unmodelled: new Set(), cluster }, moved: new Map() }
}

class Lives {
  readonly brought: Life[] = []
  readonly #options: LifecycleOptions
  /** What is there now, by the relation that it hangs on (null for what hangs on none), then by key. */
  readonly #present = new Map<RelationId | null, Map<string, Life>>()
  readonly #bodies: RoutineBodies
  readonly #examiner: Examiner
  #dependents: Dependents | null = null

  constructor(options: LifecycleOptions, bodies: RoutineBodies) {
    this.#options = options
    this.#examiner = new Examiner(options.checks, options.tenancy)
    this.#bodies = bodies
  }

  /** What stands before the first file asked about is nobody's. `concerned`: what of it can matter. */
  begin({ model }: HistoryStep, concerned: Examination | null): void {
    this.#dependents = new Dependents(model, this.#options.tenancy, this.#bodies)
    for (const defect of this.#examiner.examine(this.#dependents.isolation, concerned).values()) {
      this.#add({ defect, file: null, source: null, repairedBy: null })
    }
  }

  take(step: HistoryStep, file: string): void {
    const { tenancy, unfocused = false } = this.#options
    const dependents = this.#dependents
    if (dependents === null) return
    const reexamination = dependents.reexamine(step)
    const examination = unfocused ? null : reexamination
    const isolation = unfocused ? new Isolation(step.model, tenancy, this.#bodies) : dependents.isolation
    const defects = this.#examiner.examine(isolation, examination)
    for (const life of this.#examined(examination)) if (!defects.has(life.defect.key)) this.#mend(life, file)
    for (const [key, defect] of defects) {
      const life = this.#present.get(defect.found.relation)?.get(key)
      if (life !== undefined && !this.#isRenewed(life, defect, file)) life.defect = defect
      else this.brought.push(this.#add(this.#born(defect, step, file, reexamination)))
    }
  }

  /** Whether the file makes anew, or makes another thing of, what was wrong before the first file asked about. */
  #isRenewed(life: Life, { found }: Defect, file: string): boolean {
    if (life.file !== null) return false
    const isOwn = found.source !== null && this.#options.filesOf(file).has(found.source.file)
    return isOwn || found.message !== life.defect.found.message
  }

  #born(defect: Defect, step: HistoryStep, file: string, { causes }: Reexamination): Life {
    const { source, relation } = defect.found
    const own = source !== null && this.#options.filesOf(file).has(source.file)
    const cause = relation === null ? undefined : causes.get(relation)
    const mover = cause === undefined ? undefined : step.movedBy.get(cause)
    return { defect, file, source: own ? source : (mover ?? step.clusterMovedBy ?? source), repairedBy: null }
  }

  #add(life: Life): Life {
    const { key, found } = life.defect
    const lives = this.#present.get(found.relation)
    if (lives === undefined) this.#present.set(found.relation, new Map([[key, life]]))
    else lives.set(key, life)
    return life
  }

  #mend(life: Life, file: string): void {
    const { key, found } = life.defect
    life.repairedBy = file
    this.#present.get(found.relation)?.delete(key)
  }

  /** What is present and was looked at again. An unmodelled statement stays what it is. */
  *#examined(examination: Examination | null): Generator<Life> {
    if (examination === null) {
      for (const id of this.#present.keys()) yield* this.#of(id)
      return
    }
    const { focus, moved } = examination
    for (const id of focus.relations) yield* this.#of(id)
    for (const [id, parts] of moved) {
      if (focus.relations.has(id)) continue
      for (const life of this.#of(id)) if (looksAt(life.defect.check, parts)) yield life
    }
    if (!focus.cluster && focus.routines.size === 0) return
    for (const life of this.#of(null)) {
      const { check, found } = life.defect
      if (check.rule !== 'unmodelled' && (focus.cluster || focus.routines.has(found.subject))) yield life
    }
  }

  #of(relation: RelationId | null): Iterable<Life> {
    return this.#present.get(relation)?.values() ?? []
  }
}
