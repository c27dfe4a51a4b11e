create schema extensions;
create extension pgcrypto schema extensions;
create extension citext;
create extension "uuid-ossp" with schema extensions;
create table t (e citext, u uuid default extensions.uuid_generate_v4());
create extension if not exists plpgsql;
create extension hstore;
drop extension hstore;
