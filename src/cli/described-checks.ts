import { checks } from '../checks/index.ts'
import { acceptanceChecks } from '../findings/acceptance-checks.ts'
import type { DescribedCheck } from '../report/check-page.ts'

/** All that a finding may come from: the checks, and what finds fault with how findings are accepted. By id. */
export const describedChecks: readonly DescribedCheck[] = [...checks, ...acceptanceChecks].sort((a, b) =>
  a.id < b.id ? -1 : 1,
)
