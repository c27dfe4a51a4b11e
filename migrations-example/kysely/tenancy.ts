import { defineTenancy } from 'ringfence/kysely'

export const tenancy = defineTenancy({
  appRole: 'app_user',
  memberRoles: ['owner', 'admin', 'member'],
  supportRole: 'support',
  globalTables: [{ relation: 'public.currencies', reason: 'ISO 4217, the same for everybody' }],
  systemTasks: [{ name: 'billing', role: 'billing_task', reason: 'bills all tenants once a month' }],
})
