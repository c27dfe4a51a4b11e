import type { Handlers } from '../context.ts'
import { dropStatements } from './drops.ts'
import { policyStatements } from './policies.ts'
import { renameStatements } from './renames.ts'
import { ruleStatements } from './rules.ts'
import { indexStatements } from './create-index.ts'
import { tableStatements } from './tables.ts'
import { triggerStatements } from './triggers.ts'
import { unwritten } from './unwritten.ts'
import { viewStatements } from './views.ts'

/** Every statement that PostgreSQL's grammar knows, and what it does to the model. */
export const handlers: Handlers = {
  ...unwritten,
  ...dropStatements,
  ...policyStatements,
  ...renameStatements,
  ...ruleStatements,
  ...tableStatements,
  ...indexStatements,
  ...triggerStatements,
  ...viewStatements,
}
