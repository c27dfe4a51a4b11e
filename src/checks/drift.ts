import { withoutPasswords } from '../findings/passwords.ts'
import type { Drift } from '../model/drift.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

/** What is long is told from a little before where the sides part. */
const shown = 160

function told(side: string | null | undefined, other: string | null | undefined): string {
  if (side === null || side === undefined) return 'nothing'
  if (side.length <= shown) return side
  let same = 0
  while (same < side.length && side[same] === other?.[same]) same++
  const from = same < shown / 2 ? 0 : same - 40
  const to = from + shown
  return `${from === 0 ? '' : '...'}${side.slice(from, to)}${to < side.length ? '...' : ''}`
}

function messageOf({ object, fact, declared, live }: Drift): string {
  if (fact !== null) {
    const [there, said] = [live, declared].map((side) => side && withoutPasswords(side))
    return `${object} differs from the migrations in ${fact}: the database has ${told(there, said)}, they have ${told(said, there)}`
  }
  return live === null
    ? `the database does not have ${object}, which the migrations declare`
    : `the database has ${object}, which the migrations do not declare`
}

export default defineCheck({
  id: 'drift',
  severity: 'error',
  rule: 'drift',
  sources: ['catalog'],
  title: 'Database that is not what the migrations declare',
  rationale: `
    Whoever reads the migrations believes that the database is what they say. What somebody changed by hand, at night, for a report or to get an import
    through, is in no migration: a policy that is gone, row security switched off, a privilege too many. No review sees it, and every other check of the
    migrations goes on telling that all is well. The live database is held against what the migrations lead to, fact by fact.`,
  accept:
    'The difference is meant to stay outside of the migrations, such as a role that the operators of the server keep.',
  bad: [
    {
      name: 'row security that was forced no more for an import',
      sql: protectedInvoices,
      byHand: 'alter table app.invoices no force row level security;',
      finds: ['app.invoices/rowSecurityForced'],
    },
    {
      name: 'a policy that was opened for a report',
      sql: protectedInvoices,
      byHand: 'alter policy tenant_isolation on app.invoices using (true);',
      finds: ['app.invoices/tenant_isolation/using'],
    },
    {
      name: 'a second policy, and a privilege that no migration grants',
      sql: protectedInvoices,
      byHand: sql`
        create policy support on app.invoices for select to app_user using (tenant_id = (select app.current_tenant_id()));
        grant truncate on app.invoices to app_user;`,
      finds: ['app.invoices/support', 'app.invoices/grants'],
    },
    {
      name: 'a copy of a table, a function that was changed, and a role that may do more',
      sql: [
        protectedInvoices,
        sql`
          create function app.total() returns numeric language sql stable as 'select sum(total) from app.invoices';
          create role reporting;`,
      ],
      byHand: sql`
        create table app.invoices_backup as select * from app.invoices;
        create or replace function app.total() returns numeric language sql stable security definer as 'select sum(total) from app.invoices';
        alter role reporting bypassrls;`,
      finds: ['app.invoices_backup', 'app.total()/securityDefiner', 'reporting/bypassRowSecurity'],
    },
  ],
  good: [
    {
      name: 'what only the printing of the server changes',
      sql: [
        protectedInvoices,
        sql`
          create policy recent on app.invoices as restrictive for select to app_user
            using (total in (1, 2) or total between 10 and 20 or exists (select from app.tenants t where t.id = tenant_id));
          create view app.large as select id, total t from app.tenants, (values (1)) v (total) where total > '100';`,
      ],
    },
    {
      name: 'an index, a comment, a column with a default and the bookkeeping of a tool by hand',
      sql: protectedInvoices,
      byHand: sql`
        create index by_total on app.invoices (total);
        comment on table app.invoices is 'one row each';
        alter table app.invoices add column note text default '';
        create table app.schema_migrations (version text primary key);`,
    },
  ],
  reads: [],
  *find(model) {
    for (const drift of model.server?.drift ?? []) {
      yield {
        subject: drift.subject,
        relation: drift.relation,
        message: messageOf(drift),
        help: 'Find out who changed it and why; then write a migration that brings the database to what is meant.',
        source: drift.source,
      }
    }
  },
})
