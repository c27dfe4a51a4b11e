import { tenantKeyOf } from '../policy/category.ts'
import { columnsOf, holdsChosenValues } from '../policy/chosen-values.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'

const numbered = 'alter table app.invoices add column number text, add column day date;'

export default defineCheck({
  id: 'unique-across-tenants',
  severity: 'warning',
  title: 'Values must be unique over all tenants',
  rationale: `
    PostgreSQL looks for duplicates past row security. Where a unique key on what people choose (a name, an address, a number) has no tenant key in it, a tenant is refused a
    value because another one has it, and so learns who has what; and he can take values from others.`,
  accept:
    'The value names one thing in the world, whoever stores it: the address that a user signs in with, a domain that was verified.',
  bad: [
    {
      name: 'a unique constraint on a number',
      sql: [
        protectedInvoices,
        `${numbered}\nalter table app.invoices add constraint one_number unique (number);`,
      ],
      finds: ['app.invoices/one_number'],
    },
    {
      name: 'a partial unique index over an expression',
      sql: [
        protectedInvoices,
        `${numbered}\ncreate unique index one_a_day on app.invoices (lower(number), day) where total > 100;`,
      ],
      finds: ['app.invoices/one_a_day'],
    },
    {
      name: 'a primary key that people choose',
      sql: sql`
        create table app.shops (slug text primary key, tenant_id uuid not null references app.tenants (id));
        create index on app.shops (tenant_id);
        alter table app.shops enable row level security, force row level security;
        create policy own_shops on app.shops to app_user
          using (tenant_id = (select app.current_tenant_id()))
          with check (tenant_id = (select app.current_tenant_id()));`,
      finds: ['app.shops/shops_pkey'],
    },
  ],
  good: [
    {
      name: 'the tenant key in it',
      sql: [protectedInvoices, `${numbered}\nalter table app.invoices add unique (number, tenant_id);`],
    },
    {
      name: 'what refers to a row of the tenant, and what a program draws',
      sql: [
        protectedInvoices,
        sql`
          alter table app.invoices
            add column replaces uuid,
            add column number text,
            add column token_hash text unique,
            add column "externalId" text unique,
            add constraint of_tenant unique (tenant_id, id),
            add foreign key (tenant_id, replaces) references app.invoices (tenant_id, id),
            add constraint once unique (replaces, number);`,
      ],
    },
    {
      name: 'an index that is not unique',
      sql: [protectedInvoices, `${numbered}\ncreate index on app.invoices (number);`],
    },
  ],
  reads: ['columns', 'constraints', 'indexes'],
  *find(model, tenancy, isolation) {
    for (const { relation, category } of isolation.tables) {
      if (category !== 'tenant' || relation.partitionOf !== null) continue
      const key = tenantKeyOf(model, tenancy, relation)
      for (const index of relation.indexes) {
        const columns = index.unique ? columnsOf(index) : null
        if (columns === null || key === null || columns.includes(key)) continue
        if (!columns.every((column) => holdsChosenValues(relation, column))) continue
        yield {
          subject: `${relation.id}/${displayName(index.name)}`,
          relation: relation.id,
          message: `${index.name} lets ${columns.join(', ')} of ${relation.id} stand once for all tenants: who is refused a value learns that another tenant has it`,
          help: `Put ${key} into the unique key.`,
          source: index.source ?? relation.source,
        }
      }
    }
  },
})
