create schema "S.x";
create table "S.x"."T""q.y
z" ("Col.umn" int primary key, "ünïcödé_ünïcödé_ünïcödé_ünïcödé_ünïcö" int unique, "select" int check ("select" > 0));
create index on "S.x"."T""q.y
z" ("select");
create policy "P ä" on "S.x"."T""q.y
z" using ("Col.umn" = 1);
create table "überlange_tabelle_mit_umlauten_äöüäöüäöüäöüäöüäöü" ("spalte_mit_umlauten_äöüäöüäöüäöüäöüäöü" serial primary key);
create view "S.x"."select" as select "Col.umn" from "S.x"."T""q.y
z";
create type "S.x"."ty pe" as enum ('a');
create table tt (a "S.x"."ty pe"[], b "S.x"."T""q.y
z");
create function "S.x"."fn x"("a b" "S.x"."ty pe") returns "S.x"."ty pe" language sql as 'select $1';
