import { isOpenTo } from '../policy/open-privilege.ts'
import { printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'

const shared = [{ relation: 'app.currencies', reason: 'ISO 4217' }]

const currencies = sql`
  create table app.currencies (code text primary key, name text not null);
  insert into app.currencies values ('EUR', 'Euro');`

const writes = ['insert', 'update', 'delete'] as const

export default defineCheck({
  id: 'global-table-writable',
  severity: 'error',
  title: 'Shared table that the application may write',
  rationale: `
    What one tenant writes into a shared table all others read: a changed rate, a name with a script in it, a row that is missing.
    It is also a way to pass data from one tenant to another. A shared table is for reading.`,
  accept:
    'The application maintains the table for all tenants itself, and no request of a tenant reaches the statement that writes.',
  bad: [
    {
      name: 'all privileges granted',
      sql: [currencies, 'grant all on app.currencies to app_user;'],
      tenancy: { globalTables: shared },
      finds: ['app.currencies/app_user'],
      leaks: 'update app.currencies set name = name returning *',
    },
    {
      name: 'row security with a policy that is meant for reading, FOR ALL',
      sql: [
        currencies,
        sql`
          alter table app.currencies enable row level security, force row level security;
          create policy readable on app.currencies using (true) with check (true);
          grant select, update on app.currencies to app_user;`,
      ],
      tenancy: { globalTables: shared },
      finds: ['app.currencies/app_user'],
      leaks: 'update app.currencies set name = name returning *',
    },
    {
      name: 'one column granted to everybody',
      sql: [currencies, 'grant select, update (name) on app.currencies to public;'],
      tenancy: { globalTables: shared },
      finds: ['app.currencies/public'],
      leaks: 'update app.currencies set name = name returning *',
    },
  ],
  good: [
    {
      name: 'readable alone',
      sql: [currencies, 'grant select on app.currencies to app_user;'],
      tenancy: { globalTables: shared },
    },
    {
      name: 'granted and taken back',
      sql: [
        currencies,
        'grant all on app.currencies to app_user;',
        'revoke insert, update, delete, truncate on app.currencies from app_user;',
      ],
      tenancy: { globalTables: shared },
    },
    {
      name: 'privileges that row security leaves without effect',
      sql: [
        currencies,
        sql`
          alter table app.currencies enable row level security, force row level security;
          create policy readable on app.currencies for select using (true);
          grant select, insert, update, delete on app.currencies to app_user;`,
      ],
      tenancy: { globalTables: shared },
    },
    {
      name: 'written by a declared system task',
      sql: [currencies, 'create role rates_task;\ngrant select, update on app.currencies to rates_task;'],
      tenancy: {
        globalTables: shared,
        systemTasks: [{ name: 'rates', role: 'rates_task', reason: 'fetches the rates of the day' }],
      },
    },
  ],
  reads: ['grants'],
  *find(_model, _tenancy, isolation) {
    for (const { relation, category } of isolation.tables) {
      if (category !== 'global') continue
      const roles = [...new Set(relation.grants.map(({ grantee }) => grantee))].sort()
      for (const role of roles.filter((grantee) => isolation.actsForTenants(grantee))) {
        const grants = relation.grants.filter(({ grantee }) => grantee === role)
        const has = (privilege: string) => grants.some((grant) => grant.privilege === privilege)
        const open: string[] = writes.filter((write) => has(write) && isOpenTo(relation, role, write))
        if (has('truncate')) open.push('truncate')
        if (open.length === 0) continue
        const privileges = open.join(', ')
        const to = role === 'public' ? 'public' : printName(role)
        yield {
          subject: `${relation.id}/${displayName(role)}`,
          relation: relation.id,
          fix: `revoke ${privileges} on ${writeName(relation)} from ${to};`,
          message: `${relation.id} is shared by all tenants, and ${role === 'public' ? 'everybody' : role} may ${privileges}: what one tenant writes all others read`,
          help: `Revoke ${privileges}, and let the owner or a declared system task write the table.`,
          source: grants.find(({ privilege }) => open.includes(privilege))?.source ?? relation.source,
        }
      }
    }
  },
  fix: ({ fix }) => fix,
})
