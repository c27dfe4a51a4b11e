// Generated from the folder by `npm run generate`.
import attachedUnprotected from './attached-unprotected.ts'
import copiedWithoutProtection from './copied-without-protection.ts'
import type { Check } from './define-check.ts'
import foreignTable from './foreign-table.ts'
import inheritedUnprotected from './inherited-unprotected.ts'
import partitionUnprotected from './partition-unprotected.ts'
import policiesDormant from './policies-dormant.ts'
import renamedAway from './renamed-away.ts'
import rowSecurityDisabled from './row-security-disabled.ts'
import rowSecurityNotEnabled from './row-security-not-enabled.ts'
import rowSecurityNotForced from './row-security-not-forced.ts'

/** Every check, by id. */
export const checks: readonly Check[] = [
  attachedUnprotected,
  copiedWithoutProtection,
  foreignTable,
  inheritedUnprotected,
  partitionUnprotected,
  policiesDormant,
  renamedAway,
  rowSecurityDisabled,
  rowSecurityNotEnabled,
  rowSecurityNotForced,
]

export const checkIds = [
  'attached-unprotected',
  'copied-without-protection',
  'foreign-table',
  'inherited-unprotected',
  'partition-unprotected',
  'policies-dormant',
  'renamed-away',
  'row-security-disabled',
  'row-security-not-enabled',
  'row-security-not-forced',
] as const

export type CheckId = (typeof checkIds)[number]
