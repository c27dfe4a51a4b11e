create table a (id int primary key, b text default 'x' not null check (b <> ''), g int generated always as identity, gs int generated always as (id * 2) stored);
create index on a (lower(b));
create table l1 (like a);
create table l2 (like a including all);
create table l3 (like a including defaults including constraints, extra int);
create table ctas as select id, b from a;
select 1 as x, 'a'::text as y into si;
create table typed_src as table a with no data;
