import type { Node } from 'libpg-query'
import type {
  DatabaseSetting,
  DefaultPrivilege,
  EventTrigger,
  Extension,
  Namespace,
  Publication,
  Relation,
  RelationId,
  Role,
  RoleMembership,
  RoleName,
  Routine,
  SchemaModel,
  Sequence,
  Type,
  UnmodelledStatement,
} from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { searchPathOf } from '../sql/search-path.ts'
import { Journal, JournaledMap } from './journal.ts'
import { elementType } from './moves.ts'
import type { References } from './references.ts'
import { RelationMap } from './relation-map.ts'
import { RoutineTexts } from './routine-code.ts'
import { Session } from './session.ts'

/** The model while it is being built: what the statements so far have set. */
export class State {
  readonly journal = new Journal()
  readonly namespaces = new JournaledMap<Namespace>(this.journal)
  readonly relations = new RelationMap(this.journal)
  readonly relationsByName = this.relations.groupedBy(({ name }) => [name])
  readonly relationsByNamespace = this.relations.groupedBy(({ namespace }) => [namespace])
  /** Which relation an index stands on: index id (`namespace.name`) to relation id. */
  readonly indexes = new JournaledMap<RelationId>(this.journal)
  /** What became of a relation that was renamed or moved: the id that it had, to the id that it has. */
  readonly formerIds = new JournaledMap<RelationId>(this.journal)
  /** Names of the NOT NULL constraints (PostgreSQL 18) of a relation: its id to name by column. */
  readonly notNullNames = new JournaledMap<ReadonlyMap<string, string>>(this.journal)
  readonly routines = new JournaledMap<Routine>(this.journal)
  /** By `namespace.name`: what is overloaded shares it. */
  readonly routinesByName = this.routines.groupedBy(({ namespace, name }) => [displayId(namespace, name)])
  /** By the types of their arguments and results that are not built in. */
  readonly routinesByType = this.routines.groupedBy(({ arguments: taken, returns }) =>
    [...taken, returns ?? ''].filter((type) => type.includes('.')).map(elementType),
  )
  /** Those with a body in standard SQL, as the one group `sql`. */
  readonly routinesInSql = this.routines.groupedBy(({ sqlBody }) => (sqlBody === null ? [] : ['sql']))
  readonly types = new JournaledMap<Type>(this.journal)
  readonly typesByName = this.types.groupedBy(({ name }) => [name])
  readonly sequences = new JournaledMap<Sequence>(this.journal)
  readonly sequencesByNamespace = this.sequences.groupedBy(({ namespace }) => [namespace])
  /** By the relation with the column that owns the sequence. */
  readonly sequencesByOwner = this.sequences.groupedBy(({ ownedBy }) =>
    ownedBy === null ? [] : [ownedBy.relation],
  )
  readonly roles = new JournaledMap<Role>(this.journal)
  readonly roleMemberships = new JournaledMap<RoleMembership>(this.journal)
  readonly defaultPrivileges = new JournaledMap<DefaultPrivilege>(this.journal)
  readonly publications = new JournaledMap<Publication>(this.journal)
  readonly extensions = new JournaledMap<Extension>(this.journal)
  readonly eventTriggers = new JournaledMap<EventTrigger>(this.journal)
  readonly databaseSettings = new JournaledMap<DatabaseSetting>(this.journal)
  readonly unmodelled = new JournaledMap<UnmodelledStatement>(this.journal)
  /** What unmodelled statements may have changed: by relation the `affects` of those that name it. */
  readonly announced = new JournaledMap<readonly (readonly RelationId[])[]>(this.journal)
  /** Namespaces that the platform brought, with more in them than the model has. */
  readonly platformNamespaces = new Set<string>()
  /** The role that runs the migrations, where the platform tells. */
  migrationRole: RoleName | null = null
  /** Roles that the platform brought, of which one may run the migrations. */
  readonly platformRoles = new Set<string>()
  readonly session = new Session(this.journal)
  readonly routineTexts = new RoutineTexts()
  /** How many event triggers run in each other, and whether those of the commands inside a command don't. */
  readonly firing = { depth: 0, isPaused: false }

  /** What expressions refer to, by the expression: worked out once, since trees never change. */
  readonly references = new WeakMap<Node, References>()

  /** By an id that records of relations refer to: the relations whose records do so or did. */
  readonly mentioned = new Map<string, Set<RelationId>>()

  #ordinal = 0

  constructor() {
    const usage = { grantee: 'public', privilege: 'usage', columns: null, grantable: false, source: null }
    this.namespaces.set('public', { name: 'public', owner: null, grants: [usage], source: null })
  }

  /** A new session: settings have their defaults, those that ALTER DATABASE has set among them. */
  startSession(): void {
    const path = this.databaseSettings.get('search_path')?.value
    this.session.reset(path === undefined ? ['public'] : searchPathOf(path))
  }

  /** The relations that were set or taken away since a mark of the journal. */
  movedSince(mark: number): RelationId[] {
    return [
      ...new Set(this.journal.since(mark).flatMap(({ map, key }) => (map === this.relations ? key : []))),
    ]
  }

  /** Remembers that an unmodelled statement may have changed relations. */
  announce(affects: readonly RelationId[]): void {
    for (const id of affects) {
      const before = this.announced.get(id) ?? []
      const isKnown = before.some(
        (other) => other.length === affects.length && other.every((each) => affects.includes(each)),
      )
      if (!isKnown) this.announced.set(id, [...before, affects])
    }
  }

  /** Grows with every call: the order in which things were met. */
  nextOrdinal(): number {
    return this.#ordinal++
  }

  /** The model as it stands: live, so that it changes with the next statement. */
  model(): SchemaModel {
    return {
      namespaces: this.namespaces.view,
      relations: this.relations.view,
      routines: this.routines.view,
      types: this.types.view,
      sequences: this.sequences.view,
      roles: this.roles.view,
      roleMemberships: this.roleMemberships.view,
      defaultPrivileges: this.defaultPrivileges.view,
      publications: this.publications.view,
      extensions: this.extensions.view,
      eventTriggers: this.eventTriggers.view,
      databaseSettings: this.databaseSettings.view,
      unmodelled: this.unmodelled.view,
      server: null,
      focus: null,
    }
  }

  /** Sets a relation in place of the one that has its id, or as a new one. */
  put(relation: Relation): void {
    this.relations.set(relation.id, relation)
  }
}
