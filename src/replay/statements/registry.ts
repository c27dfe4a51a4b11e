import { kindOf } from '../../sql/node.ts'
import type { Handlers } from '../context.ts'
import { tableStatements } from './tables.ts'

void kindOf
/** Every statement that PostgreSQL's grammar knows, and what it does to the model. */
export const handlers = { ...tableStatements } as unknown as Handlers
