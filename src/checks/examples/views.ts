import { sql } from '../../sql/template.ts'

/** A role that row security doesn't bind, as those that run migrations often are, declared as a system task. */
export const exempt = sql`
  create role exporter nologin bypassrls;
  grant usage on schema app to exporter;
  grant select on all tables in schema app to exporter;`

export const exemptTasks = [{ name: 'export', role: 'exporter', reason: 'writes the nightly export' }]

/** Gives a view to the exempt role, and everybody in the application may read it. */
export function ownedByExempt(view: string): string {
  return `alter view ${view} owner to exporter;\ngrant select on ${view} to app_user;`
}
