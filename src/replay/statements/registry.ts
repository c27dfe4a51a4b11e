import type { Handlers } from '../context.ts'
import { tableStatements } from './tables.ts'
import { unwritten } from './unwritten.ts'

/** Every statement that PostgreSQL's grammar knows, and what it does to the model. */
export const handlers: Handlers = {
  ...unwritten,
  ...tableStatements,
}
