/** Nothing that blocks, findings that block, could not run. */
export const exitCodes = { clean: 0, findings: 1, failed: 2 } as const
