import type { Check } from './define-check.ts'

export const checkIds = [] as const
export const checks: readonly Check[] = []
