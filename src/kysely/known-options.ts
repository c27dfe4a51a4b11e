import { suggestion } from '../findings/nearest.ts'
import type { ExistingTableOptions } from './protect-existing.ts'
import type {
  ChildTableOptions,
  CreationOptions,
  GlobalTableOptions,
  TenantPartitionOptions,
  TenantTableOptions,
} from './tenancy-api.ts'

type KeysOf<Options> = Readonly<Record<keyof Options, true>>

const access = { roles: true, support: true, tasks: true } as const
const tenantTable = { ...access, id: true, partitionBy: true, onDelete: true } as const

/** What each function may be told; the compiler asks for every option of its type. */
const knownOptions = {
  createTenancy: { existing: true, tenantName: true, managers: true } satisfies KeysOf<CreationOptions>,
  createTenantTable: tenantTable satisfies KeysOf<TenantTableOptions>,
  createChildTable: {
    ...tenantTable,
    parent: true,
    column: true,
    parentId: true,
    also: true,
  } satisfies KeysOf<ChildTableOptions<string>>,
  createGlobalTable: { support: true, tasks: true } satisfies KeysOf<GlobalTableOptions>,
  createTenantPartition: {
    ...access,
    of: true,
    bound: true,
    partitionBy: true,
  } satisfies KeysOf<TenantPartitionOptions>,
  protectTable: {
    ...access,
    hasKey: true,
    parent: true,
    backfill: true,
    backfillReads: true,
    batch: true,
    id: true,
    index: true,
    onDelete: true,
    online: true,
  } satisfies KeysOf<ExistingTableOptions>,
} as const

/** The options; throws for one that a function does not have, for it would be passed over, and the table be open to more than was meant. */
export function known<Options extends object | undefined>(
  called: keyof typeof knownOptions,
  options: Options,
): Options {
  const names = Object.keys(knownOptions[called])
  const unknown = Object.keys(options ?? {}).find((key) => !names.includes(key))
  if (unknown === undefined) return options
  throw new Error(`${called} has no option ${unknown}; ${suggestion(unknown, names)}`)
}
