import { z } from 'zod'
import { checkIds } from '../checks/index.ts'
import { acceptanceIds } from '../findings/acceptance-checks.ts'
import { layoutNames } from '../replay/layouts/layout.ts'
import { tenancyDeclaration } from '../tenancy/declaration.ts'

const severity = z.enum(['off', 'info', 'warning', 'error'])

const severities = z.strictObject(
  Object.fromEntries([...checkIds, ...acceptanceIds].map((id) => [id, severity.optional()])),
)

const migrationsEntry = z.union([
  z.string().min(1),
  z.strictObject({
    path: z.string().min(1),
    layout: z.enum(layoutNames).optional(),
    variables: z
      .record(z.string(), z.string())
      .describe('Values of psql variables and of the placeholders that the migration tool fills.')
      .optional(),
  }),
])

/** The config file. The JSON schema that editors use is generated from it. */
export const configSchema = z.strictObject({
  $schema: z.string().describe('The JSON schema of this file, for editors.').optional(),
  migrations: z
    .array(migrationsEntry)
    .min(1)
    .describe('Folders, files or globs, in the order of replay; relative to this file.')
    .optional(),
  tenancy: tenancyDeclaration
    .describe('Who is a tenant, and how a statement learns for whom it runs.')
    .optional(),
  checks: severities.describe('Severity by check id; "off" switches a check off.').optional(),
  paths: z
    .array(
      z.strictObject({
        path: z.string().min(1).describe('A file, a folder or a glob, relative to this file.'),
        checks: severities,
      }),
    )
    .describe('Other severities for findings of some files; a later entry wins.')
    .optional(),
  baseline: z
    .string()
    .min(1)
    .describe('The baseline to read, relative to this file: findings that are accepted by their fingerprint.')
    .optional(),
})
