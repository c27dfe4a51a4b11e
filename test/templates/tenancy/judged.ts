import { expect } from 'vitest'
import { differencesOf } from '../../../src/catalog/differences.ts'
import { readCatalog } from '../../../src/catalog/read-catalog.ts'
import { checks } from '../../../src/checks/index.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import type { SchemaModel } from '../../../src/model/schema-model.ts'
import { replay } from '../../../src/replay/replay.ts'
import { displayId } from '../../../src/sql/identifiers.ts'
import { loadParser } from '../../../src/sql/parse.ts'
import type { Blueprint } from '../../../src/templates/blueprint.ts'
import { type TenancyInput, tenancyDeclaration } from '../../../src/tenancy/declaration.ts'
import { resolveTenancy } from '../../../src/tenancy/tenancy.ts'
import { findingsOf } from '../../checks/examples.ts'
import { reasonsOf } from '../../replay/fixture.ts'
import { testedMajor } from '../../server.ts'
import { createLogins, emptyDatabase, login, migrate, migrator } from './bed.ts'

/** The declaration with every name that the emitted SQL has. */
export function matching(made: Blueprint, declared: TenancyInput = {}): TenancyInput {
  const { tenants, memberships, contextNamespace, accessLog, acceptedAt, revokedAt } = {
    ...made,
    ...made.memberships,
  }
  const functions = ['current_tenant_id', 'current_user_id', 'support_tenant_id', 'system_task_is_open']
  return {
    ...declared,
    appRoles: [made.appRole],
    tenants: displayId(tenants.namespace, tenants.name),
    memberships: {
      relation: displayId(memberships.namespace, memberships.name),
      tenantKey: memberships.tenantKey,
      userKey: memberships.userKey,
      role: memberships.role,
      ...(acceptedAt === null ? {} : { acceptedAt }),
      ...(revokedAt === null ? {} : { revokedAt }),
    },
    context: {
      tenantSetting: made.tenantSetting,
      userSetting: made.userSetting,
      namespace: contextNamespace,
      functionOwner: made.functionOwner,
      functions: functions.map((name) => displayId(contextNamespace, name)),
    },
    accessLog: displayId(accessLog.namespace, accessLog.name),
  }
}

/**
 * What the checks find in migrations, replayed and read from a server that they were run on. Both models must be equal, and nothing in them
 * unmodelled. What was there beforehand is a superuser's. Databases and roles are gone afterwards.
 */
export async function findingsIn(
  engine: Engine,
  statements: readonly string[],
  declared: TenancyInput,
  beforehand: readonly string[] = [],
): Promise<{ readonly replay: readonly string[]; readonly catalog: readonly string[] }> {
  await loadParser()
  const replayed = replayOf([...beforehand, ...statements])
  const read = await readAfter(engine, statements, beforehand)
  expect(reasonsOf(replayed)).toEqual([])
  const { differences } = differencesOf(replayed, read, {
    migrationRole: migrator,
    leavesOut: (kind, id) =>
      (kind === 'roles' && [migrator, login, 'postgres'].includes(id)) ||
      (kind === 'roleMemberships' && id.endsWith(`"${migrator}"]`)),
  })
  expect(differences.filter(({ field, right }) => field !== 'owner' || right !== 'postgres')).toEqual([])
  const tenancy = resolveTenancy(tenancyDeclaration.parse(declared))
  const [inReplay, inCatalog] = [replayed, read].map((model) =>
    checks.flatMap((check) =>
      findingsOf(check, { model, tenancy }).map(({ message }) => `${check.id}: ${message}`),
    ),
  )
  return { replay: inReplay ?? [], catalog: inCatalog ?? [] }
}

async function readAfter(
  engine: Engine,
  statements: readonly string[],
  beforehand: readonly string[],
): Promise<SchemaModel> {
  await createLogins(engine)
  const database = await emptyDatabase(engine)
  const superuser = await database.connect()
  for (const statement of beforehand) await superuser.query(statement)
  await superuser.close()
  await migrate(database, statements)
  const connection = await database.connect({ user: migrator })
  const model = await readCatalog(connection, { migrationRole: migrator })
  await connection.close()
  await engine.reset()
  return model
}

/** PostgreSQL 14 lets everybody create in `public`; a replay knows the later versions. */
function replayOf(statements: readonly string[]): SchemaModel {
  const beginning = testedMajor < 15 ? ['grant create on schema public to public'] : []
  const text = [...beginning, ...statements].map((statement) => `${statement};\n`).join('')
  const parts = [{ kind: 'sql', start: 0, end: text.length }] as const
  return replay([{ file: 'tenancy.sql', text, parts, session: 'new' }]).model
}
