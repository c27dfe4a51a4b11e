import type { Handlers } from '../context.ts'

export const doBlockStatements = {
  DoStmt(_, context) {
    context.unmodelled('a DO block', null)
  },
} satisfies Partial<Handlers>
