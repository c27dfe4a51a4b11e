import type { Handlers } from '../context.ts'
import { alterTableStatements } from './alter-table.ts'
import { indexStatements } from './create-index.ts'
import { dataStatements } from './data.ts'
import { doBlockStatements } from './do-blocks.ts'
import { dropStatements } from './drops.ts'
import { eventTriggerStatements } from './event-triggers.ts'
import { extensionStatements } from './extensions.ts'
import { grantStatements } from './grants.ts'
import { namespaceStatements } from './namespaces.ts'
import { plainStatements } from './no-effect.ts'
import { ownerStatements } from './owners.ts'
import { policyStatements } from './policies.ts'
import { publicationStatements } from './publications.ts'
import { renameStatements } from './renames.ts'
import { roleStatements } from './roles.ts'
import { routineStatements } from './routines.ts'
import { ruleStatements } from './rules.ts'
import { sequenceStatements } from './sequences.ts'
import { settingStatements } from './settings.ts'
import { tableStatements } from './tables.ts'
import { transactionStatements } from './transactions.ts'
import { triggerStatements } from './triggers.ts'
import { typeStatements } from './types.ts'
import { viewStatements } from './views.ts'

type KeysOf<T> = T extends unknown ? keyof T : never

/** The kinds that more than one of the families has. */
type HandledTwice<F extends readonly object[]> = F extends readonly [
  infer First,
  ...infer Rest extends object[],
]
  ? (keyof First & KeysOf<Rest[number]>) | HandledTwice<Rest>
  : never

type Merged<F extends readonly object[]> = F extends readonly [infer First, ...infer Rest extends object[]]
  ? First & Merged<Rest>
  : unknown

/** Puts families together; a kind that two of them have doesn't compile. */
function merge<const F extends object[]>(
  ...families: [HandledTwice<F>] extends [never] ? F : HandledTwice<F>[]
): Merged<F> {
  return Object.assign({}, ...families)
}

/** Every statement that PostgreSQL's grammar knows, and what it does to the model. A kind that no family has doesn't compile. */
export const handlers: Handlers = merge(
  alterTableStatements,
  dataStatements,
  doBlockStatements,
  dropStatements,
  eventTriggerStatements,
  extensionStatements,
  grantStatements,
  indexStatements,
  namespaceStatements,
  ownerStatements,
  plainStatements,
  policyStatements,
  publicationStatements,
  renameStatements,
  roleStatements,
  routineStatements,
  ruleStatements,
  sequenceStatements,
  settingStatements,
  tableStatements,
  transactionStatements,
  triggerStatements,
  typeStatements,
  viewStatements,
)
