create schema app;
create function app.et() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger e1 on ddl_command_end when tag in ('create table', 'ALTER TABLE') execute function app.et();
create event trigger e2 on sql_drop execute function app.et();
alter event trigger e2 disable;
