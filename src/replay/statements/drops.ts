import type { Handlers } from '../context.ts'

export const dropStatements = {
  DropStmt() {},
} satisfies Partial<Handlers>
