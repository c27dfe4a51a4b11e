create extension btree_gist;
create table u (id int, v daterange, primary key (id, v without overlaps));
create table f (id int, v daterange, foreign key (id, period v) references u (id, period v));
