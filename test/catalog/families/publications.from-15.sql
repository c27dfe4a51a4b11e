create schema s;
create table s.t (a int primary key, b int);
create table s.u (a int);
create publication p1 for table s.t (a), s.u where (a > 1);
create publication p2 for all tables;
create publication p3 for tables in schema s, table s.t;
alter publication p1 drop table s.u;
create publication p4;
