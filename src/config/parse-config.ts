import type { z } from 'zod'
import type { Severity } from '../findings/finding.ts'
import { InputError } from '../findings/input-error.ts'
import { complaintsOf, explain } from './complaints.ts'
import type { CheckSeverities, Config } from './config.ts'
import type { RawConfig } from './read-config.ts'
import { configSchema } from './schema.ts'

type Issue = z.core.$ZodIssue

/** A config file as it is written, its paths still relative to it. */
export interface ParsedConfig extends Omit<Config, 'file' | 'paths'> {
  readonly paths: readonly { readonly path: string; readonly checks: CheckSeverities }[]
}

/** Parses what a config file holds. Throws `InputError` that tells everything that is wrong. */
export function parseConfig(raw: RawConfig, file: string): ParsedConfig {
  const result = configSchema.safeParse(raw.value, { error: explain })
  if (!result.success) throw configError(result.error.issues, raw, file)
  const { migrations = [], tenancy = {}, checks = {}, paths = [], baseline = null } = result.data
  return {
    migrations: migrations.map((entry) => {
      if (typeof entry === 'string') return { path: entry }
      const { path, layout, variables } = entry
      return { path, ...(layout && { layout }), ...(variables && { variables }) }
    }),
    tenancy,
    checks: severitiesOf(checks),
    paths: paths.map(({ path, checks }) => ({ path, checks: severitiesOf(checks) })),
    baseline,
  }
}

function severitiesOf(checks: Readonly<Record<string, Severity | 'off' | undefined>>): CheckSeverities {
  return Object.fromEntries(
    Object.entries(checks).flatMap(([id, severity]) => (severity === undefined ? [] : [[id, severity]])),
  )
}

function configError(issues: readonly Issue[], raw: RawConfig, file: string): InputError {
  const complaints = issues.flatMap(complaintsOf).map(({ path, message }) => {
    const where = path.length === 0 ? message : `${path.join('.')}: ${message}`
    return { message: where, place: raw.placeOf(path) }
  })
  const [first, ...others] = complaints
  const also = others.map(
    ({ message, place }) => `${file}${place ? `:${place.line}:${place.column}` : ''}: ${message}`,
  )
  return new InputError([first?.message ?? 'not a config', ...also].join('\n'), { file, ...first?.place })
}
