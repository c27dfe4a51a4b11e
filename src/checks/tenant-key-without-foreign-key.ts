import { foreignKeys, tenantKeyOf } from '../policy/category.ts'
import { printName } from '../sql/expression.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

export default defineCheck({
  id: 'tenant-key-without-foreign-key',
  severity: 'warning',
  title: 'Tenant key refers to nothing',
  rationale: `
    Without a foreign key the column takes any value: a mistyped id makes rows that belong to no tenant, and the rows of a
    tenant who was deleted stay behind and come back to life when the id is used again.`,
  accept:
    'The tenants live in another database, or the table is written so often that the check of the reference is felt.',
  bad: [
    {
      name: 'the key without REFERENCES',
      sql: 'create table app.tickets (id uuid primary key, tenant_id uuid not null);',
      finds: ['app.tickets'],
      beside: ['row-security-not-enabled'],
    },
    {
      name: 'the constraint dropped later',
      sql: [protectedInvoices, 'alter table app.invoices drop constraint invoices_tenant_id_fkey;'],
      finds: ['app.invoices'],
    },
  ],
  good: [
    { name: 'a foreign key to the tenants', sql: protectedInvoices },
    {
      name: 'a foreign key to a tenant table that includes the key',
      sql: [
        protectedInvoices,
        sql`
          alter table app.invoices add unique (tenant_id, id);
          create table app.payments (
            id uuid primary key,
            tenant_id uuid not null,
            invoice_id uuid not null,
            foreign key (tenant_id, invoice_id) references app.invoices (tenant_id, id)
          );`,
      ],
    },
  ],
  reads: ['constraints'],
  *find(model, tenancy, isolation) {
    const tenants = tenancy.tenants === null ? undefined : model.relations.get(tenancy.tenants)
    if (tenants === undefined) return
    for (const { relation, category } of isolation.tables) {
      if ((category !== 'tenant' && category !== 'memberships') || relation.partitionOf !== null) continue
      const key = tenantKeyOf(model, tenancy, relation)
      if (key === null || relation.inherits.length > 0) continue
      if (foreignKeys(relation).some(({ columns }) => columns.includes(key))) continue
      const target = tenants.constraints.find(({ kind }) => kind === 'primary-key')?.columns
      yield {
        subject: relation.id,
        relation: relation.id,
        fix:
          target?.length === 1
            ? `alter table ${writeName(relation)} add foreign key (${printName(key)}) references ${writeName(tenants)};`
            : null,
        message: `${relation.id}.${key} has no foreign key: it takes ids of tenants that don't exist`,
        help: `Add a foreign key from ${key} to ${tenants.id}.`,
        source: relation.source,
      }
    }
  },
  fix: ({ fix }) => fix,
})
