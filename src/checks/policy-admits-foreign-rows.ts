// Longer than 300 lines for its examples: each is a way to tie a tenant, or to seem to.
import { helpFor } from '../policy/opening-text.ts'
import { isNewTenant } from '../policy/openings.ts'
import { policySubject } from '../policy/policy-subject.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { guardedInvoices, protectedInvoices } from './examples/invoices.ts'
import { guardedLines } from './examples/lines.ts'
import { otherTenant, ownUser } from './examples/tenants.ts'

const reads = (using: string) =>
  [
    guardedInvoices,
    `create policy tenant_reads on app.invoices for select to app_user\n  using (${using});`,
  ] as const

/** Who works where, without row security. */
const directory = sql`
  create table app.directory (tenant_id uuid not null, user_id uuid not null, role text not null);
  grant select on app.directory to app_user;`

const linesRead = (using: string) =>
  [
    guardedLines,
    `create policy tenant_reads on app.invoice_lines for select to app_user\n  using (${using});`,
  ] as const

export default defineCheck({
  id: 'policy-admits-foreign-rows',
  severity: 'error',
  title: 'Policy can be true for a row of another tenant',
  rationale: `
    A policy isolates where it ties the tenant key of the row to what the server knows of who asks: a setting of the transaction, a function
    that verifies it, a membership of the user. A condition on anything else, or one branch of an OR that does without, lets rows
    of other tenants through.`,
  accept: `
    The condition ties the tenant in a way that is not understood here, and a test shows it: accept this policy by its
    fingerprint with the reason.`,
  bad: [
    {
      name: 'any user who is logged in',
      sql: reads('(select app.current_user_id()) is not null'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'one branch of an OR that does without the tenant',
      sql: reads('tenant_id = (select app.current_tenant_id()) or total >= 0'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'the tenant key compared with a literal',
      sql: reads(`tenant_id = '${otherTenant}'`),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'a fallback for a context that is missing',
      sql: reads(`tenant_id = coalesce((select app.current_tenant_id()), '${otherTenant}')`),
      finds: ['app.invoices/tenant_reads'],
      leaks: "select set_config('app.tenant_id', '', true); select * from app.invoices",
    },
    {
      name: 'the wrong way round',
      sql: reads('tenant_id <> (select app.current_tenant_id())'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'a subquery whose tenant_id is its own and not that of the row',
      sql: reads(
        'exists (\n    select 1 from app.memberships m\n    where m.tenant_id = tenant_id and m.user_id = (select app.current_user_id())\n  )',
      ),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'a membership of anybody',
      sql: [
        directory,
        ...reads("tenant_id in (select d.tenant_id from app.directory d where d.role = 'owner')"),
      ],
      tenancy: { systemTables: ['app.directory'] },
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
      beside: ['system-table-granted'],
    },
    {
      name: 'a membership that is not compared with the row',
      sql: reads('exists (select 1 from app.memberships m where m.user_id = (select app.current_user_id()))'),
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'an OR inside of the subquery',
      sql: [
        directory,
        ...reads(
          "exists (\n    select 1 from app.directory d\n    where d.tenant_id = invoices.tenant_id\n      and (d.user_id = (select app.current_user_id()) or d.role = 'owner')\n  )",
        ),
      ],
      tenancy: { systemTables: ['app.directory'] },
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
      beside: ['system-table-granted'],
    },
    {
      name: 'an outer join that keeps the row without a membership',
      sql: [
        directory,
        ...reads(
          'exists (\n    select 1 from app.directory d\n    left join app.memberships m on m.tenant_id = d.tenant_id and m.user_id = (select app.current_user_id())\n    where d.tenant_id = invoices.tenant_id\n  )',
        ),
      ],
      tenancy: { systemTables: ['app.directory'] },
      finds: ['app.invoices/tenant_reads'],
      leaks: 'select * from app.invoices',
      beside: ['system-table-granted'],
    },
    {
      name: 'a setting that does not hold the tenant',
      sql: reads("tenant_id = current_setting('app.requested_tenant', true)::uuid"),
      finds: ['app.invoices/tenant_reads'],
      leaks: `select set_config('app.requested_tenant', '${otherTenant}', true); select * from app.invoices`,
    },
    {
      name: 'reading tied and writing not',
      sql: [
        guardedInvoices,
        sql`
          create policy tenant_isolation on app.invoices to app_user
            using (tenant_id = (select app.current_tenant_id()))
            with check (total >= 0);`,
      ],
      finds: ['app.invoices/tenant_isolation'],
      leaks: `insert into app.invoices values (gen_random_uuid(), '${otherTenant}', 1)`,
    },
    {
      name: 'a second policy that opens what the first closes',
      sql: [
        protectedInvoices,
        'create policy small_ones on app.invoices for select to app_user using (total < 10);',
      ],
      finds: ['app.invoices/small_ones'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'a barrier for another command',
      sql: [
        guardedInvoices,
        sql`
          create policy small_ones on app.invoices for select to app_user using (total < 10);
          create policy tenant_barrier on app.invoices as restrictive for delete to app_user
            using (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.invoices/small_ones'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'the user alone, on a table that has a tenant key',
      sql: [
        guardedInvoices,
        sql`
          alter table app.invoices add column created_by uuid references app.users (id);
          create policy own_reads on app.invoices for select to app_user
            using (created_by = (select app.current_user_id()));`,
      ],
      finds: ['app.invoices/own_reads'],
      leaks: 'select * from app.invoices',
      rows: `insert into app.invoices values (gen_random_uuid(), '${otherTenant}', 1, '${ownUser}');`,
    },
    {
      name: 'the parent alone, which need not be of the tenant that the row names',
      sql: [
        protectedInvoices,
        sql`
          create table app.parcels (
            id uuid primary key,
            tenant_id uuid not null,
            invoice_id uuid not null references app.invoices (id)
          );
          alter table app.parcels enable row level security, force row level security;
          create policy tenant_parcels on app.parcels for insert to app_user
            with check (invoice_id in (select i.id from app.invoices i));
          grant insert on app.parcels to app_user;`,
      ],
      finds: ['app.parcels/tenant_parcels'],
      beside: ['foreign-key-crosses-tenants'],
      leaks: `insert into app.parcels select gen_random_uuid(), '${otherTenant}', id from app.invoices`,
    },
    {
      name: 'a membership that anybody may write for himself',
      sql: sql`
        create policy join_any on app.memberships for insert to app_user
          with check (user_id = (select app.current_user_id()));
        grant insert on app.memberships to app_user;`,
      finds: ['app.memberships/join_any'],
      leaks: `insert into app.memberships values ('${otherTenant}', app.current_user_id(), 'owner')`,
    },
    {
      name: 'a function that has the user and the tenant, and no membership between them',
      sql: [
        guardedInvoices,
        sql`
          create function app.is_member(tenant uuid) returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as $$
            select exists (
              select 1 from app.tenants t
              join app.users u on u.id = app.current_user_id()
              where t.id = tenant
            )
          $$;
          alter function app.is_member owner to app_definer;
          create policy definer_reads on app.tenants for select to app_definer using (true);
          create policy definer_reads on app.users for select to app_definer using (true);
          grant select on app.tenants, app.users to app_definer;
          create policy members_read on app.invoices for select to app_user using (app.is_member(tenant_id));`,
      ],
      tenancy: { context: {} },
      finds: ['app.invoices/members_read'],
      leaks: 'select * from app.invoices',
    },
    {
      name: 'one policy of a child goes through the parent, another does not',
      sql: [
        ...linesRead('invoice_id in (select i.id from app.invoices i)'),
        'create policy free_lines on app.invoice_lines for select to app_user using (amount >= 0);',
      ],
      finds: ['app.invoice_lines/free_lines'],
      leaks: 'select * from app.invoice_lines',
    },
  ],
  good: [
    { name: 'the verified tenant', sql: protectedInvoices },
    {
      name: 'a declared function of a namespace whose name needs quoting',
      sql: [
        sql`
          create schema "Tenant Context";
          grant usage on schema "Tenant Context" to app_user;
          create function "Tenant Context"."currentTenant"() returns uuid language sql stable
            as $$ select app.current_tenant_id() $$;`,
        protectedInvoices.replaceAll('app.current_tenant_id()', '"Tenant Context"."currentTenant"()'),
      ],
      tenancy: {
        context: {
          functions: ['app.current_tenant_id', 'app.current_user_id', '"Tenant Context"."currentTenant"'],
        },
      },
    },
    {
      name: 'for the owner of a definer function, which its creator administers and does not act as',
      sql: sql`
        ${protectedInvoices}
        create role creator nologin;
        grant app_definer to creator with admin true, inherit false, set false;
        create policy for_definer on app.invoices for insert to app_definer
          with check (nullif(current_setting('app.user_id', true), '') is not null);`,
      postgres: { from: 16 },
    },
    {
      name: 'through the parent, which a foreign key holds to the same tenant',
      sql: sql`
        create table app.orders (id uuid primary key, tenant_id uuid not null, unique (tenant_id, id));
        alter table app.orders enable row level security, force row level security;
        create policy tenant_orders on app.orders for select to app_user
          using (tenant_id = (select app.current_tenant_id()));
        create table app.parcels (
          id uuid primary key,
          tenant_id uuid not null,
          order_id uuid not null,
          foreign key (tenant_id, order_id) references app.orders (tenant_id, id)
        );
        alter table app.parcels enable row level security, force row level security;
        create policy tenant_parcels on app.parcels for select to app_user
          using (order_id in (select o.id from app.orders o));
        grant select on app.orders, app.parcels to app_user;`,
    },
    {
      name: 'the declared setting, in either order and with casts',
      sql: reads(
        "(nullif(current_setting('app.tenant_id'::text, true), ''::text))::uuid = invoices.tenant_id",
      ),
    },
    {
      name: 'a membership of the user, by EXISTS',
      sql: reads(
        'exists (\n    select from app.memberships m\n    where m.tenant_id = invoices.tenant_id and m.user_id = (select app.current_user_id())\n  )',
      ),
    },
    {
      name: 'a membership of the user, by IN',
      sql: reads(
        'tenant_id in (select m.tenant_id from app.memberships m where m.user_id = (select app.current_user_id()))',
      ),
    },
    {
      name: 'a membership of the user, by an array',
      sql: reads(
        'tenant_id = any (array(select m.tenant_id from app.memberships m where m.user_id = (select app.current_user_id())))',
      ),
    },
    {
      name: 'memberships counted',
      sql: reads(
        '(\n    select count(*) from app.memberships m\n    where m.tenant_id = invoices.tenant_id and m.user_id = (select app.current_user_id())\n  ) > 0',
      ),
    },
    {
      name: 'any membership that is visible: row security leaves the user his own',
      sql: reads('tenant_id in (select m.tenant_id from app.memberships m)'),
    },
    {
      name: 'a membership through a join',
      sql: reads(
        'exists (\n    select 1 from app.tenants t\n    join app.memberships m on m.tenant_id = t.id\n    where t.id = invoices.tenant_id and m.user_id = (select app.current_user_id())\n  )',
      ),
    },
    {
      name: 'a membership through WITH',
      sql: reads(
        'tenant_id in (\n    with mine as (select m.tenant_id from app.memberships m where m.user_id = (select app.current_user_id()))\n    select mine.tenant_id from mine\n  )',
      ),
    },
    {
      name: 'every branch tied, in its own way',
      sql: reads(
        'tenant_id = (select app.current_tenant_id())\n    or tenant_id in (select m.tenant_id from app.memberships m where m.user_id = (select app.current_user_id()))',
      ),
    },
    {
      name: 'a user who creates a tenant',
      sql: sql`
        create policy create_tenant on app.tenants for insert to app_user
          with check ((select app.current_user_id()) is not null);
        grant insert on app.tenants to app_user;`,
    },
    {
      name: 'a double negation',
      sql: reads('not (tenant_id <> (select app.current_tenant_id()) or total < 0)'),
    },
    {
      name: 'a loose policy behind a restrictive one',
      sql: [
        guardedInvoices,
        sql`
          create policy small_ones on app.invoices for select to app_user using (total < 10);
          create policy tenant_barrier on app.invoices as restrictive to app_user
            using (tenant_id = (select app.current_tenant_id()))
            with check (tenant_id = (select app.current_tenant_id()));`,
      ],
    },
    {
      name: 'a child through its parent, which row security filters',
      sql: linesRead('exists (select 1 from app.invoices where invoices.id = invoice_lines.invoice_id)'),
    },
    {
      name: 'a function that verifies the row, declared',
      sql: [
        guardedInvoices,
        sql`
          create function app.is_member(tenant uuid) returns boolean language sql stable
            as 'select exists (select 1 from app.memberships where tenant_id = tenant and user_id = app.current_user_id())';
          create policy members_read on app.invoices for select to app_user using (app.is_member(tenant_id));`,
      ],
      tenancy: { context: { functions: ['app.is_member', 'app.current_tenant_id', 'app.current_user_id'] } },
    },
    {
      name: 'a function that verifies the role, found by its body where none is declared',
      sql: [
        guardedInvoices,
        sql`
          create function app.role_in(tenant uuid) returns text language sql stable as $$
            select role from app.memberships
            where tenant_id = tenant and user_id = current_setting('app.user_id')::uuid
          $$;
          create policy owners_read on app.invoices for select to app_user
            using ((select app.role_in(tenant_id)) in ('owner', 'admin'));`,
      ],
      tenancy: { context: {} },
    },
  ],
  reads: [],
  *find(_model, tenancy, isolation) {
    for (const { relation, category } of isolation.tables) {
      if (category === 'global' || category === 'uncategorised') continue
      if (isolation.isUnscopedChild({ relation, category })) continue
      const openings = isolation.openings(relation).filter((opening) => !isNewTenant(category, opening))
      const constant = new Set(openings.flatMap((opening) => (opening.constant ? [opening.policy] : [])))
      for (const policy of new Set(openings.map((opening) => opening.policy))) {
        const opening = openings.find((candidate) => candidate.policy === policy)
        if (opening === undefined || constant.has(policy)) continue
        yield {
          subject: policySubject(relation, policy),
          relation: relation.id,
          message: isolation.describe(relation, opening),
          help: helpFor(tenancy, relation, isolation.nearTie(relation, opening)),
          source: policy.source,
        }
      }
    }
  },
})
