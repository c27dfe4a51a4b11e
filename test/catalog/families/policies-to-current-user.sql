create table currencies (code text primary key);
alter table currencies enable row level security, force row level security;
create policy global_owner on currencies to current_user using (true) with check (true);
create role rates_task;
create policy global_select on currencies for select to rates_task, current_user using (true);
