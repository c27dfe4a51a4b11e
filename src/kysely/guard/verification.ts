import { type CatalogOptions, readCatalog } from '../../catalog/read-catalog.ts'
import { activeChecks, type Defect, examine } from '../../checks/examine.ts'
import type { Severity } from '../../findings/finding.ts'
import type { Focus, Relation, RelationId, SchemaModel } from '../../model/schema-model.ts'
import { assumeTenancy } from '../../policy/assume-tenancy.ts'
import { Isolation } from '../../policy/isolation.ts'
import { RoutineBodies } from '../../policy/routines.ts'
import type { TenancyDeclaration } from '../../tenancy/declaration.ts'
import type { CapturedStatement } from './captured-statement.ts'
import { type CatalogDigest, CatalogDigests, changedBetween } from './catalog-digest.ts'
import type { Stranger } from './context-functions.ts'
import { foresee } from './foresight.ts'
import { isOpened, newOf, renamed, standsAlike } from './new-defects.ts'
import { allRelations, isMentioned, type RelationIds, relationsNamed, relationsNeeded } from './related.ts'
import type { ServerConnection } from './server-connection.ts'

/** Under what a schema is judged. */
export interface Judgement {
  readonly tenancy: TenancyDeclaration
  readonly severities: Readonly<Record<string, Severity | 'off'>>
  /** Reads everything before and after each migration, whatever it does. */
  readonly isThorough: boolean
}

/**
 * Catalogs of others than relations that a new table writes to. What is made there changes no verdict on an old table; what is
 * changed or dropped might.
 */
const besideTables: ReadonlySet<string> = new Set(['pg_type+', 'pg_enum+', 'pg_namespace+'])

/**
 * What is wrong after a migration that was not before.
 *
 * Most migrations make tables, or add to one. Then those alone are read, with what a verdict on them looks at, and the digests of
 * the catalogs prove that nothing else has changed. Before a statement that may change more, everything is read.
 */
export class Verification {
  readonly #server: ServerConnection
  readonly #judgement: Judgement
  readonly #digests: CatalogDigests
  readonly #inTransaction: boolean
  readonly #start: CatalogDigest
  /** As it was when errors were looked for. */
  #verified: CatalogDigest
  /** As they were before the migration, by oid; null where that can't be known any more. */
  readonly #former = new Map<number, Relation | null>()
  /** Whether the migration has sent nothing yet. */
  #isUntouched = true
  /** What statements call the relations that the migration has made. */
  readonly #newNames = new Set<string>()
  /** All that was there before the migration, where that was read. */
  #before: SchemaModel | null = null
  /** What the relations in it are called. */
  #idsBefore: RelationIds = new Map()

  private constructor(
    server: ServerConnection,
    judgement: Judgement,
    inTransaction: boolean,
    digests: CatalogDigests,
    start: CatalogDigest,
  ) {
    this.#server = server
    this.#judgement = judgement
    this.#inTransaction = inTransaction
    this.#digests = digests
    this.#start = start
    this.#verified = start
  }

  static async begin(
    server: ServerConnection,
    judgement: Judgement,
    inTransaction: boolean,
  ): Promise<Verification> {
    const [digests, start] = await server.unswayed(async () => {
      const made = await CatalogDigests.of(server)
      return [made, await made.read()] as const
    }, inTransaction)
    const verification = new Verification(server, judgement, inTransaction, digests, start)
    if (!verification.#mayReadFew) await verification.#readAllBefore()
    return verification
  }

  /** What a tenancy leaves out is taken from all tables. */
  get #mayReadFew(): boolean {
    const { tenancy, isThorough } = this.#judgement
    return (
      this.#inTransaction &&
      !isThorough &&
      Boolean(tenancy.tenantKey && tenancy.tenants && tenancy.memberships)
    )
  }

  /** What the tenancy rests on. */
  get #anchors(): readonly RelationId[] {
    const { tenants, memberships } = this.#judgement.tenancy
    return [tenants ?? '', memberships?.relation ?? '']
  }

  /** What has changed since the errors were looked for. */
  async changedSince(): Promise<ReadonlySet<string>> {
    return changedBetween(this.#verified, await this.#digest())
  }

  /** To be called before statements are sent: reads what they may change, while it still is as it was. */
  async foresee(statements: readonly CapturedStatement[]): Promise<void> {
    await this.#foresee(statements)
    this.#isUntouched = false
  }

  async #foresee(statements: readonly CapturedStatement[]): Promise<void> {
    if (this.#before !== null) return
    for (const { node } of statements) {
      const { touches, makes, isVague, isAdditive } = foresee(node)
      if (makes !== null && (await isMentioned(this.#server, makes))) return await this.#readAllBefore()
      if (touches === null) return await this.#readAllBefore()
      const isOfNew = touches.every((name) => this.#newNames.has(name))
      if (isOfNew && (touches.length > 0 || !isVague)) continue
      const named = await relationsNamed(this.#server, touches)
      const unread = [...named.keys()].filter((oid) => this.#wasThere(oid) && !this.#former.has(oid))
      const isOld = [...named.keys()].some((oid) => this.#wasThere(oid))
      const isOfAnchor = [...named.values()].some((id) => this.#anchors.includes(id))
      if ((isOld && (!isAdditive || isOfAnchor)) || (isVague && named.size === 0))
        return await this.#readAllBefore()
      if (unread.length > 0) await this.#readBefore(unread, named)
      if (!isOld && named.size > 0) for (const name of touches) this.#newNames.add(name)
    }
  }

  /** The errors that are new. `inTransaction`: whether the connection is in one. */
  async newErrors(inTransaction: boolean): Promise<readonly Defect[]> {
    this.#verified = await this.#digest()
    const changed = changedBetween(this.#start, this.#verified)
    if (changed.size === 0) return []
    const few = this.#mayReadFew ? await this.#errorsOfFew(this.#verified) : null
    if (few !== null) return few
    const after = await this.#read(inTransaction)
    const { tenancy } = assumeTenancy(after, this.#judgement.tenancy)
    const found = this.#errorsIn(after, tenancy, null)
    if (this.#before === null || found.size === 0) return [...found.values()]
    const made = await this.#idsOf([...changed].filter((key) => !this.#start.has(key)))
    const ids = await this.#renamings()
    const formerIds = new Map([...ids].map(([former, now]) => [now, former]))
    return newOf(found, renamed(this.#errorsIn(this.#before, tenancy, null), ids), made, (id) =>
      isOpened(this.#before?.relations.get(formerIds.get(id) ?? id), after.relations.get(id)),
    )
  }

  /** Ids of relations as they were and as they are, where they differ. */
  async #renamings(): Promise<ReadonlyMap<RelationId, RelationId>> {
    const now = await this.#unswayed(() => allRelations(this.#server))
    const pairs = [...this.#idsBefore].map(([oid, former]) => [former, now.get(oid) ?? former] as const)
    return new Map(pairs.filter(([former, id]) => former !== id))
  }

  /** Settings on which much rests, and which somebody was granted; as of the last look for errors. */
  async grantedSettings(): Promise<readonly string[]> {
    const changed = changedBetween(this.#start, this.#verified)
    if (!changed.has('pg_parameter_acl') && !changed.has('pg_parameter_acl+')) return []
    return await this.#unswayed(() => this.#digests.grantedSettings())
  }

  /** What stands for the tenant context, was made or changed, and is not what the templates make; as of the last look for errors. */
  async strangersInContext(inTransaction: boolean): Promise<readonly Stranger[]> {
    const changed = changedBetween(this.#start, this.#verified)
    if (!changed.has('pg_proc') && !changed.has('pg_proc+')) return []
    const touched = await this.#unswayed(() => this.#digests.touchedRoutines())
    const after = await this.#read(inTransaction)
    const { strangersInContext } = await import('./context-functions.ts')
    return strangersInContext({ before: this.#before, after, touched }, this.#judgement.tenancy)
  }

  /** Null where more has changed than new relations, and old ones that were read in time and stand as they stood. */
  async #errorsOfFew(now: CatalogDigest): Promise<readonly Defect[] | null> {
    const oids = this.#changedRelations(now)
    if (oids === null) return null
    const anchors = await relationsNamed(this.#server, this.#anchors)
    const ids = await this.#needed([...oids, ...anchors.keys()])
    if (oids.some((oid) => !ids.has(oid))) return null
    const after = await this.#read(true, { relations: [...ids.keys()] })
    const before = new Map(after.relations)
    for (const oid of oids) {
      const id = ids.get(oid) ?? ''
      const former = this.#formerOf(oid)
      before.delete(id)
      if (former === undefined) continue
      const isAnchor = anchors.has(oid)
      if (former === null || !standsAlike(former, after.relations.get(id), isAnchor)) return null
      before.set(former.id, former)
    }
    const { tenancy } = assumeTenancy(after, this.#judgement.tenancy)
    const focus = focusOn(oids.flatMap((oid) => ids.get(oid) ?? []))
    const found = this.#errorsIn(after, tenancy, focus)
    if (found.size === 0) return []
    const made = new Set(oids.flatMap((oid) => (this.#wasThere(oid) ? [] : (ids.get(oid) ?? []))))
    return newOf(found, this.#errorsIn({ ...after, relations: before }, tenancy, null), made, (id) =>
      isOpened(before.get(id), after.relations.get(id)),
    )
  }

  /** The oids of the changed relations, where nothing else has changed and each is new or was read. */
  #changedRelations(now: CatalogDigest): readonly number[] | null {
    const oids = new Set<number>()
    for (const key of changedBetween(this.#start, now)) {
      const [of, oid] = key.split(' ')
      if (oid === undefined) {
        if (!besideTables.has(key)) return null
      } else {
        if (this.#wasThere(Number(oid)) && this.#formerOf(Number(oid)) === undefined) return null
        if (of === 'relation' || now.has(`relation ${oid}`)) oids.add(Number(oid))
      }
    }
    return [...oids]
  }

  /** Undefined where it was not read, or was not there. */
  #formerOf(oid: number): Relation | null | undefined {
    if (!this.#wasThere(oid)) return undefined
    return this.#former.get(oid) ?? this.#before?.relations.get(this.#idsBefore.get(oid) ?? '')
  }

  async #idsOf(keys: readonly string[]): Promise<ReadonlySet<RelationId>> {
    const oids = keys.flatMap((key) => (key.startsWith('relation ') ? Number(key.split(' ')[1]) : []))
    const ids = await this.#needed(oids)
    return new Set(oids.flatMap((oid) => ids.get(oid) ?? []))
  }

  async #now(): Promise<CatalogDigest> {
    return this.#isUntouched ? this.#start : await this.#digest()
  }

  #digest(): Promise<CatalogDigest> {
    return this.#unswayed(() => this.#digests.read())
  }

  #needed(oids: readonly number[]): Promise<RelationIds> {
    return this.#unswayed(() => relationsNeeded(this.#server, oids))
  }

  #unswayed<Result>(ask: () => Promise<Result>): Promise<Result> {
    return this.#server.unswayed(ask, this.#inTransaction)
  }

  #wasThere(oid: number): boolean {
    return this.#start.has(`relation ${oid}`)
  }

  async #readBefore(oids: readonly number[], ids: RelationIds): Promise<void> {
    const now = await this.#now()
    const { relations } = await this.#read(this.#inTransaction, { relations: oids, alone: true })
    for (const oid of oids) {
      const isAsItWas = ['relation', 'parts'].every(
        (of) => this.#start.get(`${of} ${oid}`) === now.get(`${of} ${oid}`),
      )
      this.#former.set(oid, isAsItWas ? (relations.get(ids.get(oid) ?? '') ?? null) : null)
    }
  }

  /** Reads all, and puts back what the migration has already changed; what can't be put back leaves it unread. */
  async #readAllBefore(): Promise<void> {
    const oids = this.#changedRelations(await this.#now())
    if (oids === null) return
    const model = await this.#read(this.#inTransaction)
    const relations = new Map(model.relations)
    for (const [oid, id] of await this.#needed(oids)) {
      if (!oids.includes(oid)) continue
      const former = this.#former.get(oid)
      if (former === null) return
      relations.delete(id)
      if (former !== undefined) relations.set(former.id, former)
    }
    this.#idsBefore = await this.#unswayed(() => allRelations(this.#server))
    this.#before = { ...model, relations }
  }

  #read(inTransaction: boolean, few: Pick<CatalogOptions, 'relations' | 'alone'> = {}): Promise<SchemaModel> {
    return readCatalog(this.#server, { inTransaction, inFewQueries: true, ...few })
  }

  #errorsIn(
    model: SchemaModel,
    tenancy: Parameters<typeof examine>[1],
    focus: Focus | null,
  ): ReadonlyMap<string, Defect> {
    const checks = activeChecks(this.#judgement.severities).filter(({ severity }) => severity === 'error')
    const examination = focus === null ? null : { focus, moved: new Map() }
    return examine(checks, tenancy, new Isolation(model, tenancy, new RoutineBodies()), examination)
  }
}

function focusOn(relations: readonly RelationId[]): Focus {
  return { relations: new Set(relations), routines: new Set(), unmodelled: new Set(), cluster: false }
}
