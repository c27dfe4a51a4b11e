import type { Relation } from '../model/schema-model.ts'
import { tenantKeyOf } from '../policy/category.ts'
import { printName } from '../sql/expression.ts'
import { as, strings } from '../sql/node.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

/** A valid CHECK (key IS NOT NULL) is as good as NOT NULL. */
function isCheckedNotNull({ constraints }: Relation, column: string): boolean {
  return constraints.some(({ kind, validated, enforced, expression }) => {
    const test = as(expression ?? undefined, 'NullTest')
    const name = strings(as(test?.arg, 'ColumnRef')?.fields).at(-1)
    return (
      kind === 'check' && validated && enforced && test?.nulltesttype === 'IS_NOT_NULL' && name === column
    )
  })
}

export default defineCheck({
  id: 'tenant-key-nullable',
  severity: 'error',
  rule: 'key missing',
  title: 'Tenant key may be null',
  rationale: `
    A row without a tenant belongs to nobody: policies that compare the key hide it from everybody, those that treat null as shared
    show it to everybody, and foreign keys and unique constraints that include the key stop checking it.`,
  accept:
    'Never in the long run; while a column is being filled in, the migration that ends with NOT NULL removes the finding.',
  bad: [
    {
      name: 'the key declared without NOT NULL',
      sql: [
        protectedInvoices,
        sql`
          create table app.tickets (id uuid primary key, tenant_id uuid references app.tenants (id));
          create index tickets_tenant_id on app.tickets (tenant_id);
          alter table app.tickets enable row level security, force row level security;
          create policy tenant_isolation on app.tickets for select to app_user
            using (tenant_id = (select app.current_tenant_id()));`,
      ],
      finds: ['app.tickets'],
    },
    {
      name: 'NOT NULL taken away later',
      sql: [protectedInvoices, 'alter table app.invoices alter column tenant_id drop not null;'],
      finds: ['app.invoices'],
    },
    {
      name: 'a check that is not valid yet',
      sql: [
        protectedInvoices,
        `alter table app.invoices alter column tenant_id drop not null,
  add constraint has_tenant check (tenant_id is not null) not valid;`,
      ],
      finds: ['app.invoices'],
    },
  ],
  good: [
    {
      name: 'part of the primary key',
      sql: sql`
        create table app.settings (
          tenant_id uuid references app.tenants (id),
          name text,
          primary key (tenant_id, name)
        );`,
    },
    {
      name: 'a valid check in the place of NOT NULL',
      sql: [
        protectedInvoices,
        `alter table app.invoices add constraint has_tenant check (tenant_id is not null);
alter table app.invoices alter column tenant_id drop not null;`,
      ],
    },
  ],
  reads: ['constraints'],
  *find(model, tenancy, isolation) {
    for (const { relation, category } of isolation.tables) {
      if ((category !== 'tenant' && category !== 'memberships') || relation.partitionOf !== null) continue
      const key = tenantKeyOf(model, tenancy, relation)
      const column = relation.columns.find(({ name }) => name === key)
      if (column === undefined || column.notNull || column.inherited) continue
      if (isCheckedNotNull(relation, column.name)) continue
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        column: column.name,
        message: `${relation.id}.${column.name} may be null: a row without a tenant is hidden from everybody, or shown to everybody`,
        help: `Fill in the missing values and set ${column.name} NOT NULL.`,
        source: column.source ?? relation.source,
      }
    }
  },
  fix: ({ table, column }) =>
    `alter table ${writeName(table)} alter column ${printName(column)} set not null;`,
})
