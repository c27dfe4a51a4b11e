create table u (a int primary key, b int check (b > 0) not enforced, c int references u not enforced);
alter table u add constraint nn not null b not valid;
alter table u alter constraint u_c_fkey enforced;
create table g (a int, v int generated always as (a * 2) virtual, s int generated always as (a * 2) stored);
