import { tenantContext } from './tenant-context.ts'

/** The context of a tenancy that keeps every name as `createTenancy` chooses it. */
export const { withTenant, withUser, defineJob } = tenantContext({})
