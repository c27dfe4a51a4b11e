-- app_user: what the application connects as. membership_reader: owns the one function that looks memberships up.
create role app_user login;
create role membership_reader nologin;

create schema app;
grant usage on schema app to app_user, membership_reader;
grant usage on schema public to app_user, membership_reader;
