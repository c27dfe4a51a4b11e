import type { Config } from '../config/config.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import { assumeTenancy } from '../policy/assume-tenancy.ts'
import type { Platform, Tenancy } from '../tenancy/tenancy.ts'
import { unknownNames } from './declared-names.ts'

/** The tenancy that a model is judged under, and a sentence for each thing in it that was assumed or isn't there. */
export function tenancyOf(
  model: SchemaModel,
  config: Config | null,
  platform: Platform | null,
): { tenancy: Tenancy; notes: readonly string[] } {
  const declared = config?.tenancy ?? {}
  const { tenancy, assumed } = assumeTenancy(model, { ...declared, platform })
  return {
    tenancy,
    notes: [
      ...unknownNames(model, declared, config?.file ?? null),
      ...assumed.map((sentence) => `assumed: ${sentence}`),
    ],
  }
}
