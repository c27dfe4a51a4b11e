create schema app;
create type app.mood as enum ('a','b');
alter type app.mood add value 'c' before 'b';
alter type app.mood rename value 'a' to 'z';
create domain app."user" as varchar(10) check (value <> '');
create table app.t (id serial primary key, tenant_id uuid not null, u app."user", m app.mood[] default '{b}', n varchar(20), gen int generated always as identity, c char(3), b bit, b3 bit(3), v bit varying(4), nu numeric(5), i interval day to second(3), ts timestamptz(3), q "char", bp bpchar);
create index on app.t (lower(n), tenant_id) include (id) where n is not null;
alter table app.t enable row level security, force row level security;
