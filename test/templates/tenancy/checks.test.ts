import { expect, test } from 'vitest'
import { differencesOf } from '../../../src/catalog/differences.ts'
import { readCatalog } from '../../../src/catalog/read-catalog.ts'
import { checks } from '../../../src/checks/index.ts'
import type { SchemaModel } from '../../../src/model/schema-model.ts'
import { replay } from '../../../src/replay/replay.ts'
import { loadParser } from '../../../src/sql/parse.ts'
import { blueprintOf } from '../../../src/templates/blueprint.ts'
import { createTenancy } from '../../../src/templates/tenancy/tenancy.ts'
import { type TenancyInput, tenancyDeclaration } from '../../../src/tenancy/declaration.ts'
import { resolveTenancy } from '../../../src/tenancy/tenancy.ts'
import { findingsOf } from '../../checks/examples.ts'
import { reasonsOf } from '../../replay/fixture.ts'
import { testedMajor, testServer } from '../../server.ts'
import { createLogins, emptyDatabase, migrate, migrator } from './bed.ts'

await loadParser()
const server = testServer()

const matching: TenancyInput = {
  appRoles: ['app_user'],
  tenants: 'public.tenants',
  memberships: {
    relation: 'public.memberships',
    tenantKey: 'tenant_id',
    userKey: 'user_id',
    role: 'role',
    acceptedAt: 'accepted_at',
    revokedAt: 'revoked_at',
  },
  context: {
    tenantSetting: 'app.tenant_id',
    userSetting: 'app.user_id',
    functions: [
      'app.current_tenant_id',
      'app.current_user_id',
      'app.support_tenant_id',
      'app.system_task_is_open',
    ],
  },
  accessLog: 'app.access_log',
}
const crossing: TenancyInput = {
  supportRole: 'support',
  systemTasks: [
    { name: 'nightly-billing', role: 'billing_task', reason: 'invoices all tenants once a month' },
  ],
}

const declarations: readonly (readonly [name: string, declared: TenancyInput])[] = [
  ['the least that can be declared', matching],
  ['support and a system task', { ...matching, ...crossing }],
  ['numbers for keys', { ...matching, ...crossing, keyType: 'bigint', userKeyType: 'bigint' }],
  ['texts for keys', { ...matching, ...crossing, keyType: 'text', userKeyType: 'text' }],
]

test.each(declarations)(
  'no check finds anything in a tenancy of %s, replayed or on a server',
  async (_, declared) => {
    const tenancy = tenancyDeclaration.parse(declared)
    const statements = createTenancy(blueprintOf(tenancy, 'app_user'))
    const replayed = replayOf(statements)
    await createLogins(server())
    const database = await emptyDatabase(server())
    await migrate(database, statements)
    const connection = await database.connect({ user: migrator })
    const read = await readCatalog(connection, { migrationRole: migrator })
    await connection.close()
    await server().reset()
    expect(reasonsOf(replayed)).toEqual([])
    const { differences } = differencesOf(replayed, read, {
      migrationRole: migrator,
      leavesOut: (kind, id) =>
        (kind === 'roles' && [migrator, 'web', 'postgres'].includes(id)) ||
        (kind === 'roleMemberships' && id.endsWith('"migrator"]')),
    })
    expect(differences).toEqual([])
    for (const model of [replayed, read]) {
      const played = { model, tenancy: resolveTenancy(tenancy) }
      expect(
        checks.flatMap((check) =>
          findingsOf(check, played).map((found) => [check.id, found.subject, found.message]),
        ),
      ).toEqual([])
    }
  },
)

function replayOf(statements: readonly string[]): SchemaModel {
  const beginning = testedMajor < 15 ? ['revoke create on schema public from public'] : []
  const text = [...beginning, ...statements].map((statement) => `${statement};\n`).join('')
  const parts = [{ kind: 'sql', start: 0, end: text.length }] as const
  return replay([{ file: 'tenancy.sql', text, parts, session: 'new' }]).model
}
