import type { Handlers } from '../context.ts'

export const ruleStatements = {
  RuleStmt() {},
} satisfies Partial<Handlers>
