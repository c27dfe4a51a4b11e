create extension postgres_fdw;
create server srv foreign data wrapper postgres_fdw;
create foreign table ft (a int, b text check (b <> '')) server srv;
create user mapping for public server srv;
grant usage on foreign server srv to public;
