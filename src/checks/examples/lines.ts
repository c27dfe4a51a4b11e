import { protectedInvoices } from './invoices.ts'

/** A child of invoices: no tenant key of its own, row security without a policy. */
export const guardedLines = `${protectedInvoices}
create table app.invoice_lines (
  id uuid primary key,
  invoice_id uuid not null references app.invoices (id),
  added_by uuid references app.users (id),
  amount numeric not null
);
alter table app.invoice_lines enable row level security;
alter table app.invoice_lines force row level security;
grant select on app.invoice_lines to app_user;`
