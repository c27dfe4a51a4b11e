import { reachOf } from '../policy/acting-as.ts'
import { appRolesOf } from '../policy/roles.ts'
import { printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'

const allData: Readonly<Record<string, string>> = {
  pg_read_all_data: 'read',
  pg_write_all_data: 'write',
}

/** Nothing of it is granted to the application. */
const sessions = sql`
  create table app.sessions (id uuid primary key, tenant_id uuid not null references app.tenants (id));
  create index sessions_tenant_id on app.sessions (tenant_id);`

const systemTables = ['app.sessions']

export default defineCheck({
  id: 'all-data-role-granted',
  severity: 'error',
  title: 'Role of the application may read or write every table',
  rationale: `
    Members of pg_read_all_data and pg_write_all_data may read or write every table, whatever was granted to them. Row security still holds where it
    is on; tables that rely on not being granted (those of the system, partitions, copies, those that are created tomorrow) are open.`,
  accept: 'Never: grant the application what it needs, table by table.',
  bad: [
    {
      name: 'a table that is kept from the application by not being granted',
      sql: [sessions, 'grant pg_read_all_data to app_user;'],
      tenancy: { systemTables },
      finds: ['app_user/pg_read_all_data'],
      leaks: 'select * from app.sessions',
    },
    {
      name: 'by way of another role',
      sql: [
        sessions,
        sql`
          create role support nologin;
          grant pg_write_all_data to support;
          grant support to app_user;`,
      ],
      tenancy: { systemTables },
      finds: ['app_user/pg_write_all_data'],
      leaks: 'delete from app.sessions',
    },
  ],
  good: [
    {
      name: 'a role for backups, which the application is no member of',
      sql: [sessions, 'create role backup login;\ngrant pg_read_all_data to backup;'],
      tenancy: { systemTables },
    },
    {
      name: 'granted and revoked',
      sql: [sessions, 'grant pg_read_all_data to app_user;', 'revoke pg_read_all_data from app_user;'],
      tenancy: { systemTables },
    },
  ],
  reads: [],
  *find(model, tenancy) {
    if (model.focus !== null && !model.focus.cluster) return
    for (const role of model.server === null ? tenancy.appRoles : appRolesOf(model, tenancy)) {
      for (const reach of reachOf(model, role)) {
        const deed = allData[reach.role]
        if (deed === undefined) continue
        const [first] = reach.path
        yield {
          subject: `${displayName(role)}/${displayName(reach.role)}`,
          relation: null,
          fix: `revoke ${printName(first.role)} from ${printName(role)};`,
          message: `${role} has the rights of ${reach.role}: it may ${deed} every table on which row security is off, granted or not`,
          help: `Revoke ${first.role} from ${role}, and grant what the application needs.`,
          source: first.source,
        }
      }
    }
  },
  fix: ({ fix }) => fix,
})
