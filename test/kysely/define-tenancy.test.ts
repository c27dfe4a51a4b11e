import { dirname, join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { defineConfig } from '../../src/index.ts'
import { defineTenancy } from '../../src/kysely.ts'
import { tenancyDeclaration } from '../../src/tenancy/declaration.ts'
import { scratchProject } from './scratch-project.ts'

const long = 'x'.repeat(64)

describe('defineTenancy', () => {
  test('names everything that a declaration leaves open, for the config file and its checks', () => {
    const { declaration } = defineTenancy({})
    expect(declaration).toEqual({
      appRoles: ['app_user'],
      tenantKey: 'tenant_id',
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
        functions: ['app.current_tenant_id', 'app.support_tenant_id', 'app.system_task_is_open'],
        namespace: 'app',
        functionOwner: 'app_context',
      },
      accessLog: 'app.access_log',
    })
    expect(tenancyDeclaration.parse(declaration)).toEqual(declaration)
    expect(defineConfig({ tenancy: declaration }).tenancy).toBe(declaration)
    expect(defineTenancy(declaration).declaration).toEqual(declaration)
  })

  test('takes appRole for appRoles of one', () => {
    const { declaration } = defineTenancy({ appRole: 'web' })
    expect(declaration).toEqual(defineTenancy({ appRoles: ['web'] }).declaration)
  })

  test.each<[string, object, string[]]>([
    ['an unknown key', { tenantkey: 'org_id' }, ['tenantkey: unknown key; did you mean "tenantKey"?']],
    ['a value that is not known', { keyType: 'int' }, ['keyType: "int" is not known; ']],
    ['another type', { tenantKey: 1 }, ['tenantKey: must be a string, not 1']],
    ['an empty name', { tenantKey: '' }, ['tenantKey: must not be empty']],
    ['an empty app role', { appRole: '' }, ['appRole: must not be empty']],
    ['an empty app role of several', { appRoles: [''] }, ['appRoles.0: must not be empty']],
    ['no app role', { appRoles: [] }, ['appRoles: must not be empty']],
    ['appRole beside appRoles', { appRole: 'a', appRoles: ['a'] }, ['appRole: appRoles says it already']],
    ['64 bytes in a key', { tenantKey: long }, [`tenantKey: the name ${long} has 64 bytes`]],
    ['64 bytes in a role', { appRole: long }, [`appRole: the name ${long} has 64 bytes`]],
    ['64 bytes in a table', { tenants: `public.${long}` }, [`tenants: the name ${long} has 64 bytes`]],
    ['64 bytes in characters of two', { supportRole: 'ä'.repeat(32) }, ['supportRole: the name ää']],
    ['a NUL', { appRole: 'a\0b' }, ['appRole: the name "a\\u0000b" holds a NUL character']],
    ['64 bytes in a namespace', { context: { namespace: long } }, [`context.namespace: the name ${long}`]],
    [
      'several mistakes',
      { tenantkey: 'a', keyType: 'int' },
      ['tenantkey: unknown key', 'keyType: "int" is not known'],
    ],
    [
      'a setting without a prefix',
      { context: { tenantSetting: 'tenant' } },
      ['context.tenantSetting: a setting'],
    ],
    [
      'a setting that would be SQL',
      { context: { tenantSetting: "app.x'); drop table t; --" } },
      ['context.tenantSetting: a setting'],
    ],
    [
      'one role with two duties',
      { appRole: 'a', supportRole: 'a' },
      ["supportRole: a can't be the role of support"],
    ],
    [
      'the app role that is assumed for support',
      { supportRole: 'app_user' },
      ["supportRole: app_user can't be"],
    ],
    [
      'the role of the application for a task',
      { appRole: 'a', systemTasks: [{ name: 'n', role: 'a', reason: 'r' }] },
      ["systemTasks.0.role: a can't be the role of a system task"],
    ],
  ])('refuses %s, by its key', (_, declaration, messages) => {
    const define = () => defineTenancy(declaration)
    expect(define).toThrow(/^defineTenancy refuses its declaration\n/)
    for (const message of messages) expect(define).toThrow(message)
  })

  test('the entry is imported without the parser, the embedded engine or a driver', async () => {
    const project = scratchProject(inject('cli'))
    project.write('seen.mjs', `import { defineTenancy } from 'ringfence/kysely'\ndefineTenancy({})`)
    project.write(
      'hook.mjs',
      `import { register } from 'node:module'
       register('data:text/javascript,' + encodeURIComponent(\`
         import { writeSync } from 'node:fs'
         export async function resolve(name, context, next) {
           const found = await next(name, context)
           writeSync(1, found.url + '\\\\n')
           return found
         }\`))`,
    )
    const { status, output } = await project.run(['--import', './hook.mjs', 'seen.mjs'])
    project.destroy()
    expect(status).toBe(0)
    const packages = new Set(
      [...output.matchAll(/node_modules\/((?:@[^/]+\/)?[^/\n]+)/g)].map(([, name]) => name),
    )
    expect(output).toContain(join(dirname(dirname(inject('cli'))), 'kysely/define-tenancy.js'))
    expect([...packages].sort()).toEqual(['fastest-levenshtein', 'kysely', 'zod'])
  })
})
