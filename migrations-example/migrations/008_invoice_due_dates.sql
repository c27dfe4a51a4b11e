alter table public.invoices add column due_on date;
alter table public.invoices add constraint due_after_issue check (due_on >= issued_on);

create index invoices_by_due_date on public.invoices (organization_id, due_on) where paid_at is null;
