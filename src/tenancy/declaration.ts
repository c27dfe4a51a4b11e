import { z } from 'zod'
import { contradictions } from './contradictions.ts'
import { type ObjectName, readObjectName, readReviewedObject } from './object-name.ts'

const objectName = (read: (text: string) => ObjectName) =>
  z
    .string()
    .check((context) => {
      const name = read(context.value)
      if ('problem' in name) {
        context.issues.push({ code: 'custom', message: name.problem, input: context.value })
      }
    })
    .overwrite((text) => {
      const name = read(text)
      return 'id' in name ? name.id : text
    })

const relation = objectName(readObjectName)
const name = z.string().min(1)
const keyType = z.enum(['uuid', 'bigint', 'text'])
const reason = z.string().trim().min(1)

const setting = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)+$/i,
    'a setting of an application has a prefix: app.tenant_id',
  )

/** The one declaration of who is a tenant, as the user writes it. Every key is optional. */
export const tenancyDeclaration = z
  .strictObject({
    guardedNamespaces: z
      .array(name)
      .min(1)
      .describe(
        'Namespaces whose tables must be protected. Default: public and every namespace that the migrations create.',
      )
      .optional(),
    tenantKey: name.describe('The column that names the tenant.').optional(),
    tenantKeys: z
      .record(relation, name)
      .describe('Relations whose tenant key has another name: {"public.projects": "organization_id"}.')
      .optional(),
    keyType: keyType.describe('The type of tenant keys. Default uuid.').optional(),
    tenants: relation.describe('The table of tenants; its key is id.').optional(),
    users: relation.describe('The table of users, where there is one; its key is id.').optional(),
    userKeyType: keyType.describe('The type of user keys. Default uuid.').optional(),
    memberships: z
      .strictObject({
        relation,
        tenantKey: name,
        userKey: name,
        role: name.optional(),
        acceptedAt: name.optional(),
        revokedAt: name.optional(),
      })
      .describe('The table that says which user belongs to which tenant.')
      .optional(),
    memberRoles: z
      .array(name)
      .min(1)
      .describe('What a member can be in a tenant, the most powerful first. Default owner, admin, member.')
      .optional(),
    context: z
      .strictObject({
        tenantSetting: setting.optional(),
        userSetting: setting.optional(),
        functions: z.array(relation).optional(),
        namespace: name.optional(),
        functionOwner: name.optional(),
      })
      .describe(
        'Where a statement learns for whom it runs: settings, and functions (without arguments in the name).',
      )
      .optional(),
    appRoles: z.array(name).describe('The roles that the application connects or switches to.').optional(),
    globalTables: z
      .array(z.strictObject({ relation, reason }))
      .describe('Tables shared by all tenants, each with the reason.')
      .optional(),
    systemTables: z.array(relation).describe('Tables that no tenant ever sees.').optional(),
    systemTasks: z
      .array(z.strictObject({ name, role: name, reason }))
      .describe('Named paths that are allowed to cross tenants.')
      .optional(),
    maxSystemTasks: z
      .int()
      .min(0)
      .describe('How many system tasks may be declared. Default 2; raise it on purpose only.')
      .optional(),
    supportRole: name
      .describe(
        'The role under which support reads one tenant at a time, each use written to the access log.',
      )
      .optional(),
    backupRole: z
      .strictObject({ role: name, reason })
      .describe('The role that dumps the database, past row security.')
      .optional(),
    accessLog: relation.describe('The table that tells who crossed tenants, or exported.').optional(),
    reviewed: z
      .array(
        z.strictObject({ object: objectName(readReviewedObject), reason, until: z.iso.date().optional() }),
      )
      .describe('Objects that a person looked at and accepts, with the reason.')
      .optional(),
    platform: z
      .enum(['supabase'])
      .nullable()
      .describe('The platform whose roles and namespaces exist before the first migration; null for none.')
      .optional(),
  })
  .check((context) => {
    for (const { path, message } of contradictions(context.value)) {
      context.issues.push({ code: 'custom', path: [...path], message, input: context.value })
    }
  })

export type TenancyInput = z.input<typeof tenancyDeclaration>
export type TenancyDeclaration = z.output<typeof tenancyDeclaration>

/** The declaration as code may hold it: `as const`, so that names can be told apart by the compiler. */
export type ConstantTenancy = Constant<TenancyDeclaration>

type Constant<Value> = Value extends object ? { readonly [Key in keyof Value]: Constant<Value[Key]> } : Value
