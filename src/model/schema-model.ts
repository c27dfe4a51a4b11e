// Longer than 300 lines because it is one vocabulary: kinds of objects refer to each other, and each is told where it is declared.
import type { Node } from 'libpg-query'
import type { ServerFacts } from './server-facts.ts'

/**
 * The schema model: what a PostgreSQL database holds, as far as tenant isolation depends on it.
 *
 * Two sources build it: `replay` from migrations and `catalog` from `pg_catalog`. Everything in it is
 * frozen data; a changed object is a new object. Objects refer to each other by id.
 */

/** `namespace.name`, each part as `displayName` of `sql/identifiers.ts` writes it: `public.invoices`, `public."Invoice"`. */
export type RelationId = string
/** `namespace.name(argument types)`, input arguments only: `app.current_tenant_id()`, `public.f(uuid, text[])`. */
export type RoutineId = string

/** Where a fact was set. Offsets count UTF-16 units from the start of the file. A catalog has none. */
export interface Provenance {
  readonly file: string
  readonly start: number
  readonly end: number
}

/** A parsed SQL expression or query, names in it bound to their namespaces. `printExpression` writes it out. */
export type Expression = Node

/** A role by name, or `public` for the pseudo-role PUBLIC (a reserved word, so that no role can have the name). */
export type RoleName = string

export interface Namespace {
  readonly name: string
  readonly owner: RoleName | null
  readonly grants: readonly Grant[]
  readonly source: Provenance | null
}

export type RelationKind = 'table' | 'partitioned-table' | 'view' | 'materialized-view' | 'foreign-table'

export interface Relation {
  readonly id: RelationId
  readonly namespace: string
  readonly name: string
  readonly kind: RelationKind
  readonly persistence: 'permanent' | 'unlogged' | 'temporary'
  /** The owner if a statement names one; null where it is the role that ran the migrations. */
  readonly owner: RoleName | null
  readonly columns: readonly Column[]
  readonly constraints: readonly Constraint[]
  readonly indexes: readonly Index[]
  readonly rowSecurityEnabled: boolean
  readonly rowSecurityForced: boolean
  /** In the order of creation. */
  readonly policies: readonly Policy[]
  readonly triggers: readonly Trigger[]
  readonly rules: readonly Rule[]
  readonly grants: readonly Grant[]
  /** The partitioned table that this is a partition of. */
  readonly partitionOf: RelationId | null
  readonly partitionBy: PartitionKey | null
  /** Parents by INHERITS (not by partitioning), in order. */
  readonly inherits: readonly RelationId[]
  /** Of a view or materialized view. */
  readonly view: ViewDefinition | null
  /** How the relation came to be. Only a replay knows; null from a catalog. */
  readonly origin: Origin | null
  /** The statement that created the relation (or gave it its present name). */
  readonly source: Provenance | null
  /** The last statement that set the flag ENABLE / DISABLE, or null where none did. */
  readonly rowSecurityEnabledSource: Provenance | null
  /** The last statement that set the flag FORCE / NO FORCE, or null where none did. */
  readonly rowSecurityForcedSource: Provenance | null
}

/**
 * `as`: CREATE TABLE AS or SELECT INTO, `like`: LIKE, `partition`: created PARTITION OF, `attached`: ATTACH PARTITION,
 * `inherits`: INHERITS or ALTER TABLE ... INHERIT.
 */
export interface Origin {
  readonly how: 'create' | 'as' | 'like' | 'partition' | 'attached' | 'inherits'
  /** The relations that rows or structure come from; empty for a plain CREATE. */
  readonly from: readonly RelationId[]
  /** The relation that had this id before and was renamed or moved away, by its present id. */
  readonly replaces: RelationId | null
}

export interface Column {
  readonly name: string
  /** As `format_type` prints it: `uuid`, `character varying(20)`, `public.mood`, `text[]`. */
  readonly type: string
  readonly notNull: boolean
  readonly default: Expression | null
  readonly generated: 'stored' | 'virtual' | null
  readonly identity: 'always' | 'by-default' | null
  /** Inherited from a parent and not declared here. */
  readonly inherited: boolean
  readonly source: Provenance | null
}

export type ConstraintKind = 'primary-key' | 'unique' | 'foreign-key' | 'check' | 'exclude'

/** NOT NULL is a fact of the column, not a constraint here, so that 14 to 18 agree. */
export interface Constraint {
  readonly name: string
  readonly kind: ConstraintKind
  /** The constrained columns in order; for a CHECK the columns that it names. */
  readonly columns: readonly string[]
  readonly references: ForeignKeyTarget | null
  /** Of a CHECK; for an EXCLUDE its elements stand in `index`. */
  readonly expression: Expression | null
  /** Name of the index behind a key or exclusion constraint. */
  readonly index: string | null
  readonly validated: boolean
  /** False only for NOT ENFORCED (PostgreSQL 18). */
  readonly enforced: boolean
  /** Of a CHECK: NO INHERIT, children don't have it. */
  readonly noInherit: boolean
  readonly source: Provenance | null
}

export type ForeignKeyAction = 'no-action' | 'restrict' | 'cascade' | 'set-null' | 'set-default'

export interface ForeignKeyTarget {
  readonly relation: RelationId
  /** In the order of the constraint's own columns. */
  readonly columns: readonly string[]
  readonly onDelete: ForeignKeyAction
  readonly onUpdate: ForeignKeyAction
}

export interface Index {
  readonly name: string
  readonly unique: boolean
  /** `btree`, `gin`, ... */
  readonly method: string
  /** Key columns in order; an expression where the index is over one. */
  readonly keys: readonly (string | Expression)[]
  /** Columns of INCLUDE, in order. */
  readonly included: readonly string[]
  readonly predicate: Expression | null
  readonly source: Provenance | null
}

export type PolicyCommand = 'all' | 'select' | 'insert' | 'update' | 'delete'

export interface Policy {
  readonly name: string
  readonly command: PolicyCommand
  readonly permissive: boolean
  readonly roles: readonly RoleName[]
  /** Null where the clause was not written. What PostgreSQL then applies: `effectiveWithCheck`. */
  readonly using: Expression | null
  readonly withCheck: Expression | null
  readonly source: Provenance | null
}

export interface Trigger {
  readonly name: string
  readonly timing: 'before' | 'after' | 'instead-of'
  readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[]
  readonly forEachRow: boolean
  /** `namespace.name()`: a trigger function takes no declared arguments. */
  readonly routine: RoutineId
  /** What the function is told by `TG_ARGV`. */
  readonly arguments: readonly string[]
  /** Of UPDATE OF, as written or printed; empty for all. */
  readonly columns: readonly string[]
  /** The condition of WHEN, as written or printed. */
  readonly when: Expression | null
  readonly enabled: boolean
  readonly source: Provenance | null
}

export interface Rule {
  readonly name: string
  readonly event: 'select' | 'insert' | 'update' | 'delete'
  readonly instead: boolean
  /** As written or printed, like the actions. */
  readonly condition: Expression | null
  /** None for NOTHING. */
  readonly actions: readonly Expression[]
  readonly enabled: boolean
  readonly source: Provenance | null
}

export interface ViewDefinition {
  readonly query: Expression
  /** Relations that the query reads, each once, in order of appearance. */
  readonly reads: readonly RelationId[]
  /** Routines that the query calls, as far as the model has them. */
  readonly calls: readonly RoutineId[]
  readonly securityInvoker: boolean
  readonly securityBarrier: boolean
  readonly checkOption: 'local' | 'cascaded' | null
}

export interface PartitionKey {
  readonly strategy: 'range' | 'list' | 'hash'
  readonly keys: readonly (string | Expression)[]
}

export interface Grant {
  readonly grantee: RoleName
  /** Lower case: `select`, `insert`, `update`, `delete`, `truncate`, `references`, `trigger`, `maintain`, `usage`, `create`, `execute`, ... */
  readonly privilege: string
  /** Of a column grant; null for the whole object. */
  readonly columns: readonly string[] | null
  readonly grantable: boolean
  readonly source: Provenance | null
}

export interface Routine {
  readonly id: RoutineId
  readonly namespace: string
  readonly name: string
  readonly kind: 'function' | 'procedure' | 'aggregate'
  /** Types of the input arguments, as in the id. */
  readonly arguments: readonly string[]
  /** Names of the input arguments, null where one has none. */
  readonly argumentNames: readonly (string | null)[]
  /** Of the last input arguments, in order. A policy that leaves an argument out takes the default that stands now. */
  readonly argumentDefaults: readonly ArgumentDefault[]
  readonly returns: string | null
  readonly language: string
  /** The text between the quotes of AS, or null for a body in standard SQL. */
  readonly body: string | null
  /** Statements of a body in standard SQL (RETURN ..., BEGIN ATOMIC ... END). */
  readonly sqlBody: readonly Expression[] | null
  readonly securityDefiner: boolean
  readonly leakproof: boolean
  /** RETURNS NULL ON NULL INPUT. */
  readonly strict: boolean
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  /** `name=value` as pg_proc.proconfig has them, in order. */
  readonly settings: readonly string[]
  readonly owner: RoleName | null
  readonly grants: readonly Grant[]
  readonly source: Provenance | null
}

export interface ArgumentDefault {
  /** Of the argument. */
  readonly type: string
  readonly value: Expression
}

export interface Type {
  /** `namespace.name` as for relations. */
  readonly id: string
  readonly namespace: string
  readonly name: string
  readonly kind: 'enum' | 'composite' | 'domain' | 'range' | 'base'
  /** Labels of an enum, in order. */
  readonly labels: readonly string[]
  /** Of a domain: the type it stands on. */
  readonly baseType: string | null
  readonly owner: RoleName | null
  readonly source: Provenance | null
}

export interface Sequence {
  readonly id: string
  readonly namespace: string
  readonly name: string
  /** The column that owns it (serial, identity, OWNED BY). */
  readonly ownedBy: { readonly relation: RelationId; readonly column: string } | null
  readonly owner: RoleName | null
  readonly grants: readonly Grant[]
  readonly source: Provenance | null
}

export interface Role {
  readonly name: RoleName
  readonly superuser: boolean
  readonly bypassRowSecurity: boolean
  readonly login: boolean
  readonly inherit: boolean
  readonly createRole: boolean
  /** REPLICATION: reads the changes of every table, without row security. */
  readonly replication: boolean
  /** `name=value`, of ALTER ROLE ... SET. */
  readonly settings: readonly string[]
  /** The last statement that gave or took an attribute. */
  readonly source: Provenance | null
}

/** A row of `pg_auth_members`: `member` is a member of `role`. */
export interface RoleMembership {
  readonly role: RoleName
  readonly member: RoleName
  readonly admin: boolean
  /** Null where the statement doesn't say: the member's own INHERIT attribute decides. */
  readonly inherit: boolean | null
  readonly set: boolean
  readonly source: Provenance | null
}

/** ALTER DEFAULT PRIVILEGES, one row for each grantee and kind of object. */
export interface DefaultPrivilege {
  /** The role whose new objects are meant; null where it is the role that ran the migrations. */
  readonly forRole: RoleName | null
  /** Null for every namespace. */
  readonly namespace: string | null
  readonly objects: 'tables' | 'sequences' | 'routines' | 'types' | 'schemas' | 'large-objects'
  readonly grantee: RoleName
  readonly privileges: readonly string[]
  /** WITH GRANT OPTION. */
  readonly grantable: boolean
  /** True where the row takes away what PostgreSQL grants by itself (EXECUTE to PUBLIC). */
  readonly revoked: boolean
  readonly source: Provenance | null
}

export interface Publication {
  readonly name: string
  readonly allTables: boolean
  readonly relations: readonly RelationId[]
  /** Those of them of which not all is published. */
  readonly narrowed: readonly NarrowedRelation[]
  readonly namespaces: readonly string[]
  readonly source: Provenance | null
}

/** A published relation with a row filter or a list of columns, as written or printed. */
export interface NarrowedRelation {
  readonly name: RelationId
  readonly where: Expression | null
  readonly columns: readonly string[] | null
}

export interface Extension {
  readonly name: string
  readonly namespace: string | null
  readonly source: Provenance | null
}

export interface EventTrigger {
  readonly name: string
  readonly event: string
  readonly tags: readonly string[]
  readonly routine: RoutineId
  readonly enabled: boolean
  readonly source: Provenance | null
}

/** `name=value` set for a database, or for the sessions of the migration tool that nothing resets. */
export interface DatabaseSetting {
  readonly name: string
  readonly value: string
  readonly source: Provenance | null
}

/** Read, not understood, reported; never counted as clean. */
export interface UnmodelledStatement {
  readonly source: Provenance
  /** A clause that names the cause: `EXECUTE of a computed string`. */
  readonly reason: string
  /** The relations that it may affect, or null for any. A star stands for digits: `isAffected`. */
  readonly affects: readonly RelationId[] | null
  /** The statement's own text, for the fingerprint and the report. */
  readonly text: string
}

export interface SchemaModel {
  readonly namespaces: ReadonlyMap<string, Namespace>
  readonly relations: ReadonlyMap<RelationId, Relation>
  readonly routines: ReadonlyMap<RoutineId, Routine>
  readonly types: ReadonlyMap<string, Type>
  readonly sequences: ReadonlyMap<string, Sequence>
  readonly roles: ReadonlyMap<RoleName, Role>
  readonly roleMemberships: ReadonlyMap<string, RoleMembership>
  readonly defaultPrivileges: ReadonlyMap<string, DefaultPrivilege>
  readonly publications: ReadonlyMap<string, Publication>
  readonly extensions: ReadonlyMap<string, Extension>
  readonly eventTriggers: ReadonlyMap<string, EventTrigger>
  readonly databaseSettings: ReadonlyMap<string, DatabaseSetting>
  /** By an ordinal that grows with the order of the statements. */
  readonly unmodelled: ReadonlyMap<string, UnmodelledStatement>
  /** Null from a replay. */
  readonly server: ServerFacts | null
  /**
   * What a check is asked to look at: null for everything. After each file of a replay only what the file
   * moved is examined again; `examinedRelations` and its family are how a check honours it. Looking things
   * up is never limited.
   */
  readonly focus: Focus | null
}

export interface Focus {
  readonly relations: ReadonlySet<RelationId>
  readonly routines: ReadonlySet<RoutineId>
  readonly unmodelled: ReadonlySet<string>
  /** Whether anything else moved: roles, privileges, publications, settings. */
  readonly cluster: boolean
}
