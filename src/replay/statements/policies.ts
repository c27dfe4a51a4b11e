import type { Handlers } from '../context.ts'

export const policyStatements = {
  CreatePolicyStmt() {},
  AlterPolicyStmt() {},
} satisfies Partial<Handlers>
