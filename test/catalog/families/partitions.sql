create table p (id int not null, k int, tenant_id uuid not null default gen_random_uuid(), primary key (id, k), unique (k, id), check (id > 0)) partition by list (k);
create index on p (tenant_id);
create function tg() returns trigger language plpgsql as $$ begin return new;
end $$;
create trigger tg before insert on p for each row execute function tg();
create trigger st after insert on p for each statement execute function tg();
create table p1 partition of p for values in (1);
create table p2 partition of p for values in (2) partition by range (id, k);
create table p21 partition of p2 for values from (1, 1) to (10, 10);
create table pd partition of p default;
create table att (id int not null, k int not null, tenant_id uuid not null default gen_random_uuid(), extra text);
alter table att drop column extra;
alter table att add check (id > 0), add constraint c1 check (k = 3);

alter table att add constraint p_id_check check (id > 0);
alter table p attach partition att for values in (3);
create table ref (id int, k int, foreign key (id, k) references p (id, k) on delete cascade);
create table pe (id int, k int) partition by range (id, (k + 1));
create table pe1 partition of pe for values from (1, 1) to (2,2);
