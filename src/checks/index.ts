// Generated from the folder by `npm run generate`.
import allDataRoleGranted from './all-data-role-granted.ts'
import appRoleCanBecomeExempt from './app-role-can-become-exempt.ts'
import appRoleOwnsTables from './app-role-owns-tables.ts'
import attachedUnprotected from './attached-unprotected.ts'
import childTableUnscoped from './child-table-unscoped.ts'
import commandWithoutPolicy from './command-without-policy.ts'
import copiedWithoutProtection from './copied-without-protection.ts'
import dangerousCapability from './dangerous-capability.ts'
import type { Check } from './define-check.ts'
import definerSearchPathUnsafe from './definer-search-path-unsafe.ts'
import definerTrustsTemporaryObjects from './definer-trusts-temporary-objects.ts'
import drift from './drift.ts'
import foreignKeyCrossesTenants from './foreign-key-crosses-tenants.ts'
import foreignTable from './foreign-table.ts'
import globalTableWritable from './global-table-writable.ts'
import inheritedUnprotected from './inherited-unprotected.ts'
import invalidPolicyClause from './invalid-policy-clause.ts'
import materializedViewOfTenantRows from './materialized-view-of-tenant-rows.ts'
import noPolicy from './no-policy.ts'
import onlyRestrictive from './only-restrictive.ts'
import partitionUnprotected from './partition-unprotected.ts'
import policiesDormant from './policies-dormant.ts'
import policyAdmitsForeignRows from './policy-admits-foreign-rows.ts'
import policyAlwaysTrue from './policy-always-true.ts'
import policyNamesMissingColumn from './policy-names-missing-column.ts'
import policyWithoutUsing from './policy-without-using.ts'
import policyWithoutWithCheck from './policy-without-with-check.ts'
import referencesGranted from './references-granted.ts'
import renamedAway from './renamed-away.ts'
import roleBypassesRowSecurity from './role-bypasses-row-security.ts'
import rowSecurityDisabled from './row-security-disabled.ts'
import rowSecurityNotEnabled from './row-security-not-enabled.ts'
import rowSecurityNotForced from './row-security-not-forced.ts'
import ruleRewritesTenantTable from './rule-rewrites-tenant-table.ts'
import systemTableGranted from './system-table-granted.ts'
import tableUncategorised from './table-uncategorised.ts'
import tenantKeyMissing from './tenant-key-missing.ts'
import tenantKeyNotIndexed from './tenant-key-not-indexed.ts'
import tenantKeyNullable from './tenant-key-nullable.ts'
import tenantKeyWithoutForeignKey from './tenant-key-without-foreign-key.ts'
import truncateGranted from './truncate-granted.ts'
import uniqueAcrossTenants from './unique-across-tenants.ts'
import unmodelledStatement from './unmodelled-statement.ts'
import viewRunsAsOwner from './view-runs-as-owner.ts'

/** Every check, by id. */
export const checks: readonly Check[] = [
  allDataRoleGranted,
  appRoleCanBecomeExempt,
  appRoleOwnsTables,
  attachedUnprotected,
  childTableUnscoped,
  commandWithoutPolicy,
  copiedWithoutProtection,
  dangerousCapability,
  definerSearchPathUnsafe,
  definerTrustsTemporaryObjects,
  drift,
  foreignKeyCrossesTenants,
  foreignTable,
  globalTableWritable,
  inheritedUnprotected,
  invalidPolicyClause,
  materializedViewOfTenantRows,
  noPolicy,
  onlyRestrictive,
  partitionUnprotected,
  policiesDormant,
  policyAdmitsForeignRows,
  policyAlwaysTrue,
  policyNamesMissingColumn,
  policyWithoutUsing,
  policyWithoutWithCheck,
  referencesGranted,
  renamedAway,
  roleBypassesRowSecurity,
  rowSecurityDisabled,
  rowSecurityNotEnabled,
  rowSecurityNotForced,
  ruleRewritesTenantTable,
  systemTableGranted,
  tableUncategorised,
  tenantKeyMissing,
  tenantKeyNotIndexed,
  tenantKeyNullable,
  tenantKeyWithoutForeignKey,
  truncateGranted,
  uniqueAcrossTenants,
  unmodelledStatement,
  viewRunsAsOwner,
]

export const checkIds = [
  'all-data-role-granted',
  'app-role-can-become-exempt',
  'app-role-owns-tables',
  'attached-unprotected',
  'child-table-unscoped',
  'command-without-policy',
  'copied-without-protection',
  'dangerous-capability',
  'definer-search-path-unsafe',
  'definer-trusts-temporary-objects',
  'drift',
  'foreign-key-crosses-tenants',
  'foreign-table',
  'global-table-writable',
  'inherited-unprotected',
  'invalid-policy-clause',
  'materialized-view-of-tenant-rows',
  'no-policy',
  'only-restrictive',
  'partition-unprotected',
  'policies-dormant',
  'policy-admits-foreign-rows',
  'policy-always-true',
  'policy-names-missing-column',
  'policy-without-using',
  'policy-without-with-check',
  'references-granted',
  'renamed-away',
  'role-bypasses-row-security',
  'row-security-disabled',
  'row-security-not-enabled',
  'row-security-not-forced',
  'rule-rewrites-tenant-table',
  'system-table-granted',
  'table-uncategorised',
  'tenant-key-missing',
  'tenant-key-not-indexed',
  'tenant-key-nullable',
  'tenant-key-without-foreign-key',
  'truncate-granted',
  'unique-across-tenants',
  'unmodelled-statement',
  'view-runs-as-owner',
] as const

export type CheckId = (typeof checkIds)[number]
