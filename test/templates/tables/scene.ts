import { Client, type QueryResult } from 'pg'
import { expect } from 'vitest'
import { differencesOf } from '../../../src/catalog/differences.ts'
import { readCatalog } from '../../../src/catalog/read-catalog.ts'
import { checks } from '../../../src/checks/index.ts'
import type { Database, Engine, EngineConnection } from '../../../src/engine/engine.ts'
import type { SchemaModel } from '../../../src/model/schema-model.ts'
import { replay } from '../../../src/replay/replay.ts'
import { type Blueprint, blueprintOf } from '../../../src/templates/blueprint.ts'
import { identifier, literal, qualified } from '../../../src/templates/names.ts'
import { createTenancy } from '../../../src/templates/tenancy/tenancy.ts'
import { type TenancyInput, tenancyDeclaration } from '../../../src/tenancy/declaration.ts'
import { resolveTenancy, type Tenancy } from '../../../src/tenancy/tenancy.ts'
import { told } from '../../agreement/both-sources.ts'
import { findingsOf } from '../../checks/examples.ts'
import { testedMajor } from '../../server.ts'

export const migrator = 'migrator'

/** What runs before the first migration, as a superuser. PostgreSQL 14 lets everybody create in `public`. */
const beginning = [
  `create role ${migrator} login createrole`,
  ...(testedMajor < 15 ? ['revoke create on schema public from public'] : []),
]

export interface SceneOptions {
  readonly declared?: TenancyInput
  readonly appRole?: string
  /** What else was there before the first migration, made by a superuser. */
  readonly before?: readonly string[]
}

/**
 * Two tenants that look alike, each with an owner, an admin and a member, somebody who was invited or revoked, and one who is a member of
 * both.
 */
export interface Party {
  readonly tenant: string
  readonly owner: string
  readonly admin: string
  readonly member: string
  readonly invited: string
  readonly revoked: string
  readonly both: string
}

export const ownParty = partyOf(1)
export const otherParty = partyOf(2)

function partyOf(digit: number): Party {
  const user = (at: number) => `${digit}${digit}${digit}0000${at}-0000-4000-8000-000000000000`
  return {
    tenant: String(digit),
    owner: user(1),
    admin: user(2),
    member: user(3),
    invited: user(4),
    revoked: user(5),
    both: '99900001-0000-4000-8000-000000000000',
  }
}

/** For whom a statement runs. */
export interface Actor {
  /** The role, `app_user` and the like; null for the migrator. */
  readonly role: string | null
  readonly tenant?: string
  readonly user?: string
  /** Statements before: what begins a task. */
  readonly before?: readonly string[]
}

/** A database that was migrated by a role without privileges of its own, and all that was run on it. */
export class Scene {
  readonly blueprint: Blueprint
  readonly tenancy: Tenancy
  readonly database: Database
  readonly superuser: EngineConnection
  readonly #migrator: EngineConnection
  /** A connection of the application, used by one actor after the other. */
  readonly #client: Client
  /** What ran before the first migration. */
  readonly #before: readonly string[]
  readonly #history: string[] = []

  private constructor(
    blueprint: Blueprint,
    tenancy: Tenancy,
    database: Database,
    superuser: EngineConnection,
    connection: EngineConnection,
    client: Client,
    before: readonly string[],
  ) {
    this.blueprint = blueprint
    this.tenancy = tenancy
    this.database = database
    this.superuser = superuser
    this.#migrator = connection
    this.#client = client
    this.#before = before
  }

  static async open(engine: Engine, options: SceneOptions = {}): Promise<Scene> {
    const { declared = {}, appRole = 'app_user', before = [] } = options
    const parsed = tenancyDeclaration.parse(declared)
    const blueprint = blueprintOf(parsed, appRole)
    const database = await engine.createDatabase()
    const superuser = await database.connect()
    const first = [...beginning, ...before]
    const isSecond = (await superuser.query(`select from pg_roles where rolname = '${migrator}'`)).length > 0
    for (const statement of first) {
      if (isSecond && statement.startsWith('create role')) continue
      await superuser.query(statement)
    }
    await superuser.query('alter schema public owner to pg_database_owner')
    await superuser.query(`alter database ${identifier(database.name)} owner to ${migrator}`)
    const connection = await database.connect({ user: migrator })
    const tenancy = resolveTenancy(tenancyDeclaration.parse({ ...declaredBy(blueprint), ...declared }))
    const client = new Client({ connectionString: database.url })
    await client.connect()
    const scene = new Scene(blueprint, tenancy, database, superuser, connection, client, first)
    await scene.migrate(createTenancy(blueprint))
    return scene
  }

  async close(): Promise<void> {
    await this.#client.end()
    await this.#migrator.close()
    await this.superuser.close()
  }

  /** As the migrator in one transaction. */
  async migrate(statements: readonly string[]): Promise<void> {
    await this.#migrator.query('begin')
    try {
      for (const statement of statements) await this.#migrator.query(statement)
      await this.#migrator.query('commit')
    } catch (error) {
      await this.#migrator.query('rollback')
      throw error
    }
    this.#history.push(...statements)
  }

  /** As the migrator, without one. */
  async run(statement: string): Promise<void> {
    await this.#migrator.query(statement)
    this.#history.push(statement)
  }

  /** What a superuser does by hand, and no migration tells. */
  async byHand(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.superuser.query(statement)
  }

  replayed(): SchemaModel {
    const migration = { ...sqlFile('1.sql', this.#history), session: 'new' } as const
    return replay([migration], {
      prelude: { ...sqlFile('supabase', this.#before), session: 'new', migrationRole: migrator },
    }).model
  }

  async live(): Promise<SchemaModel> {
    return await readCatalog(this.superuser, { migrationRole: migrator })
  }

  /** Nothing unmodelled, nothing told differently by the two sources, and no finding of any check in either. */
  async expectSafe(): Promise<void> {
    const replayed = this.replayed()
    const live = await this.live()
    expect([...replayed.unmodelled.values()].map(({ reason, text }) => `${reason}: ${text}`)).toEqual([])
    const { differences } = differencesOf(replayed, live, {
      migrationRole: migrator,
      leavesOut: (kind, id) =>
        (kind === 'roles' && (id === migrator || id === 'postgres')) ||
        id === 'auth' || // The platform's own, which a superuser made.
        id === 'auth.uid()' ||
        (kind === 'roleMemberships' && id.includes(migrator)), // PostgreSQL 16 makes a creator a member.
    })
    expect(differences.map(told)).toEqual([])
    for (const model of [replayed, live]) {
      const found = checks
        .filter(({ sources }) => sources?.includes(model.server === null ? 'replay' : 'catalog') !== false)
        .flatMap((check) =>
          findingsOf(check, { model, tenancy: this.tenancy }).map(({ message }) => `${check.id}: ${message}`),
        )
      expect(found).toEqual([])
    }
  }

  /** The tenants, their users and memberships, written past row security. */
  async settle(): Promise<void> {
    const { tenants, memberships } = this.blueprint
    const { tenantKey, userKey, role, acceptedAt, revokedAt } = memberships
    const columns = [tenantKey, userKey, role, acceptedAt ?? '', revokedAt ?? '']
    for (const party of [ownParty, otherParty]) {
      const tenant = literal(this.key(party))
      await this.byHand(`insert into ${qualified(tenants)} (id, name) values (${tenant}, 'Acme')`)
      for (const person of ['owner', 'admin', 'member', 'invited', 'revoked', 'both'] as const) {
        const accepted = person === 'invited' ? 'null' : 'now()'
        const revoked = person === 'revoked' ? 'now()' : 'null'
        const name = person === 'admin' || person === 'member' ? person : 'owner'
        await this.byHand(
          `insert into ${qualified(memberships)} (${columns.map(identifier).join(', ')})
           values (${tenant}, ${literal(party[person])}, ${literal(name)}, ${accepted}, ${revoked})`,
        )
      }
    }
  }

  /** The key of a tenant, as text. */
  key({ tenant }: Party): string {
    return this.blueprint.keyType === 'uuid' ? `${tenant.repeat(8)}-0000-4000-8000-000000000000` : tenant
  }

  /** An actor of the application: a user of a party in its tenant. */
  member(party: Party, user: string = party.member): Actor {
    return { role: this.blueprint.appRole, tenant: this.key(party), user }
  }

  /** Runs what lasts as long as the connection that actors share, as a superuser. */
  async onConnection(statements: string): Promise<void> {
    await this.#client.query(statements)
  }

  /** What a query gives an actor, in a transaction that is taken back; an error rejects. */
  async act(actor: Actor, query: string): Promise<QueryResult> {
    return await this.acting(actor, (client) => client.query(query))
  }

  async acting<Result>(actor: Actor, act: (client: Client) => Promise<Result>): Promise<Result> {
    await this.#client.query('begin')
    try {
      await this.#client.query(`set local role ${identifier(actor.role ?? migrator)}`)
      for (const [setting, value] of this.#context(actor)) {
        await this.#client.query('select set_config($1, $2, true)', [setting, value])
      }
      for (const statement of actor.before ?? []) await this.#client.query(statement)
      return await act(this.#client)
    } finally {
      await this.#client.query('rollback')
    }
  }

  #context({ tenant, user }: Actor): readonly (readonly [setting: string, value: string])[] {
    const { tenantSetting, userSetting, platform } = this.blueprint
    const claims = user === '' ? '' : JSON.stringify({ sub: user, role: 'authenticated' })
    const users = platform === null ? [userSetting, user ?? ''] : ['request.jwt.claims', claims]
    const [setting = '', value = ''] = users
    return [
      ...(tenant === undefined ? [] : [[tenantSetting, tenant] as const]),
      ...(user === undefined ? [] : [[setting, value] as const]),
    ]
  }

  /** The SQLSTATE with which the server refuses a query; null where it doesn't. */
  async refusal(actor: Actor, query: string): Promise<string | null> {
    try {
      await this.act(actor, query)
      return null
    } catch (error) {
      if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
      throw error
    }
  }
}

function sqlFile(file: string, statements: readonly string[]) {
  const text = statements.map((statement) => `${statement};\n`).join('')
  return { file, text, parts: [{ kind: 'sql', start: 0, end: text.length }] } as const
}

/** What the config file says of a tenancy that `createTenancy` made. */
function declaredBy(blueprint: Blueprint): TenancyInput {
  const { memberships, contextNamespace: namespace, functionOwner } = blueprint
  const names = ['current_tenant_id', 'current_user_id', 'support_tenant_id', 'system_task_is_open']
  return {
    tenantKey: blueprint.tenantKey,
    tenants: qualified(blueprint.tenants),
    memberships: {
      relation: qualified(memberships),
      tenantKey: memberships.tenantKey,
      userKey: memberships.userKey,
      role: memberships.role,
      acceptedAt: memberships.acceptedAt ?? undefined,
      revokedAt: memberships.revokedAt ?? undefined,
    },
    context: {
      tenantSetting: blueprint.tenantSetting,
      userSetting: blueprint.userSetting,
      functions: names.map((name) => qualified({ namespace, name })),
      namespace,
      functionOwner,
    },
    appRoles: [blueprint.appRole],
    accessLog: qualified(blueprint.accessLog),
  }
}
