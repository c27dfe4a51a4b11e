import type { Config } from '../config/config.ts'
import type { SchemaModel } from '../model/schema-model.ts'
import { assumeTenancy } from '../policy/assume-tenancy.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'
import type { Platform, Tenancy } from '../tenancy/tenancy.ts'
import { unknownNames } from './declared-names.ts'

/** What was declared, and the file that says so, as it is shown; null where it is none. */
export interface Declared {
  readonly tenancy: TenancyDeclaration
  readonly file: string | null
}

/** What the config says; where it says nothing of the tenancy, the one that the migrations declare by themselves. */
export function declaredBy(config: Config | null, tenancies: readonly TenancyDeclaration[]): Declared {
  const said = config?.tenancy ?? {}
  const [only, ...others] = tenancies
  if (Object.keys(said).length > 0 || only === undefined || others.length > 0) {
    return { tenancy: said, file: config?.file ?? null }
  }
  return { tenancy: only, file: null }
}

/** The tenancy that a model is judged under, and a sentence for each thing in it that was assumed or isn't there. */
export function tenancyOf(
  model: SchemaModel,
  declared: Declared,
  platform: Platform | null,
): { tenancy: Tenancy; notes: readonly string[] } {
  const { tenancy, assumed } = assumeTenancy(model, { ...declared.tenancy, platform })
  return {
    tenancy,
    notes: [
      ...unknownNames(model, declared.tenancy, declared.file),
      ...assumed.map((sentence) => `assumed: ${sentence}`),
    ],
  }
}
