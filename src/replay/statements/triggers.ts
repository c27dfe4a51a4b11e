import type { Handlers } from '../context.ts'

export const triggerStatements = {
  CreateTrigStmt() {},
  AlterObjectDependsStmt() {},
} satisfies Partial<Handlers>
