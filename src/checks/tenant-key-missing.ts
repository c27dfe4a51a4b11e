import { expectedTenantKey, tenantKeyOf } from '../policy/category.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'

const projects = sql`
  create table app.projects (
    id uuid primary key,
    organization_id uuid not null references app.tenants (id)
  );
  create index projects_organization_id on app.projects (organization_id);
  alter table app.projects enable row level security, force row level security;
  create policy tenant_isolation on app.projects for select to app_user
    using (organization_id = (select app.current_tenant_id()));`

export default defineCheck({
  id: 'tenant-key-missing',
  severity: 'error',
  rule: 'key missing',
  title: 'Table lacks the tenant key that is declared for it',
  rationale: `
    Isolation hangs on one column. Where the declaration names it and the table doesn't have it, the column was renamed or
    dropped, or the declaration is wrong: in either case the policies tie something else.`,
  accept: 'Never: correct the declaration or the table.',
  bad: [
    {
      name: 'the column renamed and the declaration left behind',
      sql: [projects, 'alter table app.projects rename column organization_id to owner_organization_id;'],
      tenancy: { tenantKeys: { 'app.projects': 'organization_id' } },
      finds: ['app.projects'],
    },
    {
      name: 'the column dropped, and its policy with it',
      sql: [projects, 'alter table app.projects drop column organization_id cascade;'],
      tenancy: { tenantKeys: { 'app.projects': 'organization_id' } },
      finds: ['app.projects'],
      beside: ['no-policy', 'table-uncategorised'],
    },
  ],
  good: [
    {
      name: 'a key of another name, declared',
      sql: projects,
      tenancy: { tenantKeys: { 'app.projects': 'organization_id' } },
    },
    {
      name: 'a child needs no key of its own',
      sql: [projects, 'create table app.tasks (project_id uuid not null references app.projects (id));'],
      tenancy: { tenantKeys: { 'app.projects': 'organization_id' } },
    },
  ],
  reads: [],
  *find(model, tenancy, isolation) {
    for (const { relation, category } of isolation.tables) {
      const isDeclared = category === 'memberships' || relation.id in tenancy.tenantKeys
      if (!isDeclared || tenantKeyOf(model, tenancy, relation) !== null) continue
      const key = expectedTenantKey(model, tenancy, relation)
      yield {
        subject: relation.id,
        relation: relation.id,
        message: `${relation.id} has no column ${key}, which is declared as its tenant key: its rows can't be told apart by tenant`,
        help: `Add the column ${key}, or name the right one in the declaration.`,
        source: relation.source,
      }
    }
  },
})
