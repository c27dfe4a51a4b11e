import type { Handlers } from '../context.ts'

export const renameStatements = {
  RenameStmt() {},
  AlterObjectSchemaStmt() {},
} satisfies Partial<Handlers>
