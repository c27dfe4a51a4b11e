create type c as (a int, b text);
create type r as range (subtype = float8);
create type e as enum ();
create domain d as c[];
create domain d2 as numeric(10,2) default 3 not null;
create type sh;
create type r2 as range (subtype = int, multirange_type_name = mr2);
create table t (a c, b r, x c[], y d2, z r2, m mr2);
