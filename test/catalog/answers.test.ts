import { expect, test } from 'vitest'
import { readCatalog } from '../../src/catalog/read-catalog.ts'
import type { Connection } from '../../src/sql/connection.ts'
import { plain } from '../replay/plain.ts'
import { testServer } from '../server.ts'
import { withDatabase } from './reading.ts'

const server = testServer()

/** Something in every catalog that is read, and more than one row of the most. */
const schema = `
  create role app_user; create role app_admin; grant app_user to app_admin; alter role app_user set statement_timeout = '1s';
  create schema app; grant usage on schema app to app_user; create type app.mood as enum ('ok', 'not "ok"');
  create function app.tenant(a int default 1, out b text, variadic c int[] default '{}') returns text
    language sql stable as $$ select null::text $$;
  create function app.touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create function app.noted() returns event_trigger language plpgsql as $$ begin end $$;
  create table app.t (
    id serial primary key, tenant_id uuid, mood app.mood default 'ok', at timestamptz default '2020-01-02 03:04+00',
    unique (tenant_id, id), check (id > 0)
  );
  create table app.part (id int references app.t, n int generated always as identity) partition by list ((id + 1));
  create table app.part_1 partition of app.part for values in (1);
  create index on app.t (lower(tenant_id::text), id) include (at) where id > 1;
  create policy p on app.t to app_user, app_admin using (tenant_id is null and mood = 'ok');
  create trigger touch before update of id on app.t for each row when (new.id > 0) execute function app.touch();
  create rule quiet as on delete to app.t do instead nothing;
  create view app.v with (security_barrier) as select id, app.tenant() from app.t;
  grant select (id), update (tenant_id, id) on app.t to app_user with grant option; grant select on app.v to public;
  alter default privileges in schema app grant select, insert on tables to app_user;
  create publication all_of for table app.t, app.part; create event trigger noted on ddl_command_end execute function app.noted();`

async function asked(connection: Connection, inFewQueries: boolean, relations?: readonly number[]) {
  const queries: string[] = []
  const counting: Connection = {
    query: (text, values) => {
      queries.push(text)
      return connection.query(text, values)
    },
  }
  const options = { inFewQueries, ...(relations === undefined ? {} : { relations }) }
  return { model: plain(await readCatalog(counting, options)), queries: queries.length }
}

test('what is asked for in few queries is what many tell', async () => {
  await withDatabase(server(), async (connection) => {
    await connection.query(schema)
    const many = await asked(connection, false)
    const few = await asked(connection, true)
    expect(few.model).toEqual(many.model)
    expect(few.queries).toBeLessThan(many.queries / 3)
    const rows = await connection.query<{ oid: number }>(
      `select oid from pg_class where oid in ('app.t'::regclass, 'app.part_1'::regclass, 'app.v'::regclass)`,
    )
    const oids = rows.map(({ oid }) => oid)
    expect((await asked(connection, true, oids)).model).toEqual((await asked(connection, false, oids)).model)
  })
})

test('an error of the server is told as it is where many questions are one query', async () => {
  await withDatabase(server(), async (connection) => {
    await connection.query(schema)
    const failing: Connection = {
      query: (text, values) =>
        connection.query(text.replace('from pg_catalog.pg_auth_members', 'from none'), values),
    }
    await expect(readCatalog(failing, { inFewQueries: true })).rejects.toThrow('"none" does not exist')
    await expect(readCatalog(failing)).rejects.toThrow('"none" does not exist')
    expect(await connection.query('select 1 as one')).toEqual([{ one: 1 }])
  })
})
