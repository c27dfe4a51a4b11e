create table a (x int not null, y int default 3, check (x > 0), constraint ni check (y > 0) no inherit);
create table b (z int) inherits (a);
