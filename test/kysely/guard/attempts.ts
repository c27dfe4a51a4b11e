// Longer than 300 lines because it is one list: each way past the guard that somebody has thought of.
import { CompiledQuery, type Kysely, type Migration, sql } from 'kysely'
import type { GuardOptions } from '../../../src/kysely/guard/guard-migrations.ts'
import type { TenancyInput } from '../../../src/tenancy/declaration.ts'
import { preludeTenancy } from '../../checks/prelude.ts'
import { own, protection, safeTable } from './stage.ts'

export type Handle = Kysely<Record<string, Record<string, unknown>>>

/** A way to leave something unsafe behind. */
export interface Attempt {
  readonly migrations: Record<string, Migration>
  /** What the error says; `undefined` is that of a migration that did nothing before its end. */
  readonly refused: RegExp
  readonly options?: GuardOptions & { readonly disableTransactions?: boolean; readonly down?: boolean }
  /** What stands there before, and is dropped behind it. */
  readonly given?: readonly [create: string, drop: string]
  /** Where it can be tried: what only a superuser may do or an old server can't, or PGlite can't. */
  readonly only?: 'native' | 'pglite'
}

const leak = 'create table leak (id uuid primary key, tenant_id uuid not null)'
const makeLeak = `create function make_leak() returns integer language plpgsql as $$ begin ${leak}; return 1; end $$`
const leakTrigger = `create function leak_trigger() returns trigger language plpgsql as $$ begin ${leak}; return null; end $$`
const evil = `${makeLeak.replace('make_leak', 'made')};
  create function evil(varchar, varchar) returns integer language plpgsql immutable as $$ begin return made(); end $$`
/** An index over a function that has another body than when it was built. */
const trap = [
  `create function trip(integer) returns integer language plpgsql immutable as $$ begin return 1; end $$;
   create table trap (id integer); create index tripping on trap (trip(id)); insert into trap values (1);
   alter table trap owner to app_owner; alter function trip owner to app_owner;
   create or replace function trip(integer) returns integer language plpgsql immutable as $$ begin ${leak}; return 1; end $$`,
  'drop table trap; drop function trip',
] as const
const alone = { disableTransactions: true, withoutTransaction: ['001'] }
const somebodysCode = /it runs functions, operators or domains that somebody wrote/
const noRowSecurity = /leak has no row security: .*\[row-security-not-enabled\]/

function strange(routine: string): RegExp {
  return new RegExp(`app\\.${routine} says for whom a statement runs`)
}

function sharing(relation: string): TenancyInput {
  return { ...preludeTenancy, globalTables: [{ relation, reason: 'ISO 4217' }] }
}

export async function send(db: Pick<Handle, 'executeQuery'>, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await db.executeQuery(CompiledQuery.raw(text))
}

function up(body: (db: Handle) => Promise<unknown>): Record<string, Migration> {
  return {
    '001': {
      async up(db: Handle) {
        await body(db)
      },
    },
  }
}

function texts(...statements: readonly string[]): Record<string, Migration> {
  return up((db) => send(db, ...statements))
}

function downwards(...statements: readonly string[]): Record<string, Migration> {
  return { '001': { up: async () => undefined, down: (db: Handle) => send(db, ...statements) } }
}

async function swallow(promise: Promise<unknown>): Promise<void> {
  await promise.catch(() => undefined)
}

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Harmless functions, but for the first that is asked for in each run. */
function givingOthers(first: () => Migration): Record<string, Migration> {
  return {
    get '001'(): Migration {
      let asked = 0
      return {
        get up() {
          return asked++ === 0 ? first().up : async () => undefined
        },
      }
    },
  }
}

export const attempts: Readonly<Record<string, Attempt>> = {
  'the schema builder': {
    migrations: up((db) =>
      db.schema
        .createTable('leak')
        .addColumn('tenant_id', 'uuid', (c) => c.notNull())
        .execute(),
    ),
    refused: noRowSecurity,
  },
  'the schema builder in another namespace': {
    migrations: up(async (db) => {
      await db.schema.createSchema('crm').execute()
      await db.withSchema('crm').schema.createTable('leak').addColumn('tenant_id', 'uuid').execute()
    }),
    refused: /crm\.leak has no row security/,
  },
  'raw SQL': { migrations: up((db) => sql.raw(leak).execute(db)), refused: noRowSecurity },
  'several statements in one': {
    migrations: texts(`select 1; ${leak}; select 2`),
    refused: noRowSecurity,
    only: 'native',
  },
  'a compiled query': { migrations: texts(leak), refused: noRowSecurity },
  'a handle without plugins': {
    migrations: up((db) => sql.raw(leak).execute(db.withoutPlugins())),
    refused: noRowSecurity,
  },
  'the executor of the handle': {
    migrations: up((db) => db.getExecutor().executeQuery(CompiledQuery.raw(leak))),
    refused: noRowSecurity,
  },
  'the connection itself': {
    migrations: up((db) =>
      db.getExecutor().provideConnection((connection) => connection.executeQuery(CompiledQuery.raw(leak))),
    ),
    refused: noRowSecurity,
  },
  'a stream': {
    migrations: up((db) =>
      db.getExecutor().provideConnection(async (connection) => {
        for await (const _ of connection.streamQuery(CompiledQuery.raw(`${makeLeak}`), 1));
        for await (const _ of connection.streamQuery(CompiledQuery.raw('select make_leak()'), 1));
      }),
    ),
    refused: noRowSecurity,
    only: 'native',
  },
  'a stream that is left open': {
    migrations: up(async (db) => {
      await send(db, leak)
      const rows = db.selectFrom('pg_class').select('relname').stream(1)
      await rows[Symbol.asyncIterator]().next()
    }),
    refused: /select "relname" from "pg_class"[\s\S]*ended without waiting for it/,
    only: 'native',
  },
  'a DO block': { migrations: texts(`do $$ begin ${leak}; end $$`), refused: noRowSecurity },
  'a DO block that computes its SQL': {
    migrations: texts(
      `do $$ begin execute convert_from(decode('${Buffer.from(leak).toString('hex')}', 'hex'), 'utf8'); end $$`,
    ),
    refused: noRowSecurity,
  },
  'a function that a query calls': {
    migrations: texts(makeLeak, 'select make_leak()'),
    refused: noRowSecurity,
  },
  'a function of the session': {
    migrations: texts(makeLeak.replace('make_leak', 'pg_temp.make_leak'), 'select pg_temp.make_leak()'),
    refused: noRowSecurity,
  },
  'a procedure': {
    migrations: texts(
      `create procedure make_leak() language plpgsql as $$ begin ${leak}; end $$`,
      'call make_leak()',
    ),
    refused: noRowSecurity,
  },
  'a procedure that commits': {
    migrations: texts(
      `create procedure make_leak() language plpgsql as $$ begin ${leak}; commit; end $$`,
      'call make_leak()',
    ),
    refused: /invalid transaction termination/,
  },
  'a prepared statement': {
    migrations: up(async (db) => {
      const name = `made_${performance.now()}`.replace('.', '_')
      await send(db, makeLeak, `prepare ${name} as select make_leak()`)
      await send(db, `execute ${name}`)
    }),
    refused: noRowSecurity,
  },
  'a cursor': {
    migrations: texts(makeLeak, 'declare made cursor for select make_leak()', 'fetch all from made'),
    refused: noRowSecurity,
  },
  'a cursor whose query runs at COMMIT': {
    migrations: texts(makeLeak, 'declare made cursor with hold for select make_leak()'),
    refused: /cursor WITH HOLD/,
  },
  'a column default': {
    migrations: texts(
      makeLeak,
      'create temp table filled (id integer, made integer default make_leak())',
      'insert into filled values (1)',
    ),
    refused: noRowSecurity,
  },
  'a trigger': {
    migrations: texts(
      leakTrigger,
      'create trigger made after insert on app.tenants execute function leak_trigger()',
      'alter table app.tenants no force row level security',
      `insert into app.tenants values (gen_random_uuid(), 'b')`,
      'alter table app.tenants force row level security',
    ),
    refused: noRowSecurity,
  },
  'a trigger that runs at COMMIT': {
    migrations: texts(
      leakTrigger,
      'create temp table pulled (id integer)',
      'create constraint trigger made after insert on pulled deferrable initially deferred for each row execute function leak_trigger()',
      'insert into pulled values (1)',
    ),
    refused: noRowSecurity,
  },
  'a trigger at COMMIT that puts off what it sets off': {
    migrations: texts(
      `create function leak_trigger() returns trigger language plpgsql as $$ begin
        if new.id < 4 then
          set constraints all deferred;
          insert into pulled values (new.id + 1);
        else
          ${leak};
        end if;
        return null;
      end $$`,
      'create temp table pulled (id integer)',
      'create constraint trigger made after insert on pulled deferrable initially deferred for each row execute function leak_trigger()',
      'insert into pulled values (1)',
    ),
    refused: noRowSecurity,
  },
  'a trigger on the bookkeeping of the migrator': {
    migrations: texts(
      leakTrigger,
      'create trigger made after insert on kysely_migration execute function leak_trigger()',
    ),
    refused: /schema changed again when the migrator wrote down/,
  },
  'a default in the bookkeeping of the migrator': {
    migrations: texts(
      makeLeak,
      'alter table kysely_migration add made integer',
      'alter table kysely_migration alter made set default make_leak()',
    ),
    refused: /kysely_migration .*\[table-uncategorised\]/,
  },
  'a constraint on the bookkeeping of the migrator': {
    migrations: texts(makeLeak, 'alter table kysely_migration add check (make_leak() > 0)'),
    refused: /schema changed again when the migrator wrote down/,
  },
  'a deferred trigger on the bookkeeping of the migrator': {
    migrations: texts(
      leakTrigger,
      'create constraint trigger made after insert on kysely_migration deferrable initially deferred for each row execute function leak_trigger()',
    ),
    refused: /schema changed again when the migrator wrote down/,
  },
  COMMIT: { migrations: texts(leak, 'commit'), refused: /end or begin a transaction/ },
  'COMMIT and BEGIN in one': {
    migrations: texts(`${leak}; commit; begin`),
    refused: /end or begin a transaction/,
  },
  'COMMIT behind a comment': {
    migrations: texts(`/* nothing /* to */ see */ -- here\n ${leak}; /**/ CoMMiT /**/ and chain`),
    refused: /end or begin a transaction/,
  },
  'END, and the refusal swallowed': {
    migrations: up(async (db) => {
      await send(db, leak)
      await swallow(send(db, 'end'))
      await send(db, 'drop table leak')
    }),
    refused: /end or begin a transaction/,
  },
  'PREPARE TRANSACTION': {
    migrations: texts(leak, "prepare transaction 'leak'"),
    refused: /end or begin a transaction/,
  },
  'a transaction of its own': {
    migrations: up((db) => db.transaction().execute((trx) => send(trx, leak))),
    refused: /transaction method for a Transaction is not supported/,
  },
  'a controlled transaction of its own': {
    migrations: up(async (db) => {
      const trx = await db.startTransaction().execute()
      await send(trx, leak)
      await trx.commit().execute()
    }),
    // By Kysely itself from 0.29 on.
    refused:
      /end or begin a transaction of its own|controlled transaction method for a Transaction is not supported/,
  },
  'strings that the server reads otherwise': {
    migrations: texts(
      "do $$ begin perform set_config('standard_conforming' || '_strings', 'off', false); end $$",
      `select '\\''; ${leak}; commit; begin; --'`,
    ),
    refused: /standard_conforming_strings or client_encoding was changed/,
  },
  'a query that gives another text each time': {
    migrations: up(async (db) => {
      let asked = 0
      const raw = CompiledQuery.raw('select 1')
      const query = {
        ...raw,
        get sql() {
          return asked++ === 0 ? 'select 1' : `${leak}; commit; begin`
        },
      }
      await db.executeQuery(query)
      await send(db, leak)
    }),
    refused: noRowSecurity,
  },
  'a query whose text is an object': {
    migrations: up((db) => {
      const text: unknown = { text: `${leak}; commit; begin`, toString: () => 'select 1' }
      return db.executeQuery(Object.assign({}, CompiledQuery.raw('select 1'), { sql: text }))
    }),
    refused: /its SQL is no string/,
  },
  'a savepoint before the protection': {
    migrations: texts(
      'create table leak (id uuid primary key, tenant_id uuid not null)',
      'savepoint before_protection',
      ...protection('leak'),
      'rollback to savepoint before_protection',
    ),
    refused: noRowSecurity,
  },
  'a promise that nobody waits for': {
    migrations: up(async (db) => {
      void swallow(send(db, leak))
    }),
    refused: /ended without waiting for it/,
  },
  'a promise that comes after the end': {
    migrations: up(async (db) => {
      void swallow(later(4).then(() => send(db, leak)))
    }),
    refused: /^undefined$|came after the migration had ended/,
  },
  'an error that is swallowed': {
    migrations: up(async (db) => {
      await send(db, leak)
      await swallow(send(db, 'select nothing from nowhere'))
    }),
    refused: /the migration went on, and the transaction is lost: relation "nowhere" does not exist/,
  },
  'SET ROLE': { migrations: texts('set role app_definer', leak), refused: /would change role/ },
  'SET SESSION AUTHORIZATION': {
    migrations: texts('set session authorization default', leak),
    refused: /would change session_authorization/,
  },
  'a role set within a DO block': {
    migrations: texts("do $$ begin perform set_config('ro' || 'le', 'app_definer', false); end $$"),
    refused: /another role at its end/,
  },
  'row_security switched on': {
    migrations: texts('set row_security = on', 'update invoices set number = 2'),
    refused: /would change row_security/,
  },
  'row_security switched on within a DO block': {
    migrations: texts(
      "do $$ begin perform set_config('row_' || 'security', 'on', true); end $$",
      'update invoices set number = 2',
    ),
    refused: /switched row_security/,
  },
  'RESET ALL': { migrations: texts('reset all'), refused: /would change every setting/ },
  'CREATE TABLE AS': {
    migrations: texts('create table leak as select 1 as id, tenant_id from app.memberships'),
    refused: /leak/,
  },
  'SELECT INTO': {
    migrations: texts('select id as tenant_id into leak from app.tenants limit 0'),
    refused: /leak|row-level/,
  },
  LIKE: { migrations: texts('create table leak (like invoices including all)'), refused: /leak/ },
  INHERITS: { migrations: texts('create table leak () inherits (invoices)'), refused: /leak/ },
  UNLOGGED: { migrations: texts(leak.replace('table', 'unlogged table')), refused: noRowSecurity },
  'a partition of a protected table': {
    migrations: texts(
      'create table parted (id uuid, tenant_id uuid not null references app.tenants (id), primary key (tenant_id, id)) partition by hash (tenant_id)',
      ...protection('parted'),
      'create table leak partition of parted for values with (modulus 1, remainder 0)',
    ),
    refused: /leak/,
  },
  'ATTACH PARTITION': {
    migrations: texts(
      'create table parted (id uuid, tenant_id uuid not null references app.tenants (id), primary key (tenant_id, id)) partition by hash (tenant_id)',
      ...protection('parted'),
      'create table leak (id uuid not null, tenant_id uuid not null)',
      'alter table parted attach partition leak for values with (modulus 1, remainder 0)',
    ),
    refused: /leak/,
  },
  'a bare table under the name of a protected one': {
    migrations: texts(
      'alter table invoices rename to invoices_old',
      'create table invoices (id uuid primary key, tenant_id uuid not null)',
    ),
    refused: /public\.invoices/,
  },
  'a bare table moved into a namespace': {
    migrations: texts('create schema crm', leak, 'alter table leak set schema crm'),
    refused: /crm\.leak has no row security/,
  },
  'DISABLE ROW LEVEL SECURITY': {
    migrations: texts('alter table invoices disable row level security'),
    refused: /invoices .* row security is off: .*\[policies-dormant\]/,
  },
  'NO FORCE': {
    migrations: texts('alter table invoices no force row level security'),
    refused: /invoices .*\[row-security-not-forced\]/,
  },
  'a view of its owner over a table of tenants': {
    migrations: texts(
      'create view invoice_numbers as select tenant_id, number from invoices',
      'grant select on invoice_numbers to app_user',
    ),
    refused: /invoice_numbers reads public\.invoices with the rights of its owner.*\[view-runs-as-owner\]/,
  },
  'security_invoker taken from a view by CREATE OR REPLACE': {
    migrations: texts(
      'create view invoice_numbers with (security_invoker) as select tenant_id, number from invoices',
      'grant select on invoice_numbers to app_user',
      'create or replace view invoice_numbers as select tenant_id, number from invoices',
    ),
    refused: /\[view-runs-as-owner\]/,
    only: 'pglite',
  },
  'a materialized view of rows of tenants': {
    migrations: texts(
      'create materialized view counts as select tenant_id, count(*) from invoices group by 1 with no data',
      'grant select on counts to app_user',
    ),
    refused: /counts is a copy of rows of public\.invoices.*\[materialized-view-of-tenant-rows\]/,
  },
  'GRANT ALL, which has TRUNCATE in it': {
    migrations: texts('grant all on invoices to app_user'),
    refused: /app_user may TRUNCATE public\.invoices.*\[truncate-granted\]/,
  },
  'a foreign key that crosses tenants': {
    migrations: texts('alter table invoices add column replaces uuid references invoices (id)'),
    refused: /invoices_replaces_fkey .*\[foreign-key-crosses-tenants\]/,
  },
  'a definer function without a search_path': {
    migrations: texts(
      'create function invoice_count() returns bigint language plpgsql security definer as $$ begin return (select count(*) from invoices); end $$',
    ),
    refused: /invoice_count\(\) .*\[definer-search-path-unsafe\]/,
  },
  'a policy that admits all': {
    migrations: texts('create policy everybody on invoices for select to app_user using (true)'),
    refused: /\[policy-always-true\]/,
  },
  'a policy that is altered': {
    migrations: texts('alter policy tenant on invoices using (true)'),
    refused: /\[policy-always-true\]/,
  },
  'a policy that goes with a temporary table': {
    migrations: texts(
      'create temp table shown (id integer) on commit drop',
      ...safeTable('leak').slice(0, 3),
      'create policy open on leak to app_user using (true)',
      `create policy barrier on leak as restrictive to app_user using (${own} and (select count(*) from shown) >= 0)`,
    ),
    refused: /depends on something temporary|\[policy-/,
  },
  'a tenant key under another name': {
    migrations: texts(
      'drop policy tenant on invoices',
      'alter table invoices rename tenant_id to owner_id',
      'create policy tenant on invoices using (true)',
    ),
    refused: /invoices/,
  },
  'the owner made a role of the application': {
    migrations: texts('grant app_owner to app_user'),
    refused: /app_user|app_owner/,
  },
  'the owner made a role of who logs in for the application': {
    migrations: texts('grant app_owner to web'),
    given: ['create role web login; grant app_user to web', 'drop role web'],
    refused: /web can become app_owner/,
    only: 'pglite',
  },
  'a setting granted to the application': {
    migrations: texts(
      `do $$ begin execute 'grant set on parameter session_replication_role to app_user'; end $$`,
    ),
    refused: /it grants the setting session_replication_role/,
    only: 'pglite',
  },
  "a function of the system's own granted to the application": {
    migrations: texts('grant execute on function pg_read_file(text) to app_user'),
    options: { checks: { 'dangerous-capability': 'error' } },
    refused: /app_user may read or write files of the server/,
    only: 'pglite',
  },
  'a superuser who writes to the catalogs': {
    migrations: texts("update pg_class set relrowsecurity = false where relname = 'invoices'"),
    refused: /invoices .* row security is off: .*\[policies-dormant\]/,
    only: 'pglite',
  },
  'a role that bypasses row security': {
    migrations: texts('alter role app_user bypassrls'),
    refused: /app_user/,
    only: 'pglite',
  },
  'an event trigger': {
    migrations: texts(
      `create function on_policy() returns event_trigger language plpgsql as $$ begin alter table safe disable row level security; end $$`,
      "create event trigger undo on ddl_command_end when tag in ('CREATE POLICY') execute function on_policy()",
      ...safeTable('safe'),
    ),
    refused: /safe .* row security is off: .*\[policies-dormant\]/,
    only: 'pglite',
  },
  'a handle whose class is patched': {
    migrations: up(async (db) => {
      await db.getExecutor().provideConnection(async (connection) => {
        const prototype: object = Object.getPrototypeOf(connection)
        const descriptor = Object.getOwnPropertyDescriptor(prototype, 'executeQuery')
        Object.defineProperty(prototype, 'executeQuery', {
          value: async () => ({ rows: [] }),
          configurable: true,
        })
        await later(0)
        if (descriptor) Object.defineProperty(prototype, 'executeQuery', descriptor)
      })
      await send(db, leak)
    }),
    refused: noRowSecurity,
  },
  'a second migration behind a safe one': {
    migrations: {
      '001': { up: (db: Handle) => send(db, ...safeTable('safe')) },
      '002': { up: (db: Handle) => send(db, leak) },
    },
    refused: /002, up\(\)[\s\S]*leak has no row security/,
  },
  'a getter that gives another function each time': {
    migrations: givingOthers(() => ({ up: (db: Handle) => send(db, leak) })),
    refused: noRowSecurity,
  },
  'a migrator without transactions': {
    migrations: texts(leak),
    options: { disableTransactions: true },
    refused: /runs without a transaction/,
  },
  'a migration declared to need no transaction': {
    migrations: texts(leak),
    options: { disableTransactions: true, withoutTransaction: ['001'] },
    refused: /without a transaction it could not be taken back/,
  },
  'a function called without a transaction': {
    migrations: texts('select make_leak()'),
    given: [makeLeak, 'drop function make_leak'],
    options: { disableTransactions: true, withoutTransaction: ['001'] },
    refused: noRowSecurity,
  },
  'functions called at the same time without a transaction': {
    migrations: up(async (db) => {
      const calls = ['select 1', 'select make_leak()', 'select 2'].map((text) => swallow(send(db, text)))
      await Promise.all(calls)
    }),
    given: [makeLeak, 'drop function make_leak'],
    options: { disableTransactions: true, withoutTransaction: ['001'] },
    refused: noRowSecurity,
  },
  'SELECT INTO without a transaction': {
    migrations: texts('select gen_random_uuid() as tenant_id into leak'),
    options: { disableTransactions: true, withoutTransaction: ['001'] },
    refused: /without a transaction it could not be taken back/,
  },
  'an index built by a function that makes a table': {
    migrations: texts('create index concurrently leaking on app.tenants (make_leak(id))'),
    given: [
      `create function make_leak(id uuid) returns integer language plpgsql immutable as $$ begin return made(); end $$;
       ${makeLeak.replace('make_leak', 'made')}`,
      'drop function make_leak; drop function made',
    ],
    options: { disableTransactions: true, withoutTransaction: ['001'] },
    refused: somebodysCode,
  },
  'an index over an operator that makes a table': {
    migrations: texts('create index concurrently leaking on kysely_migration ((name <-> name))'),
    given: [
      `${evil}; create operator <-> (leftarg = varchar, rightarg = varchar, function = evil)`,
      'drop function evil cascade; drop function made',
    ],
    options: alone,
    refused: somebodysCode,
  },
  'an index whose condition makes a table': {
    migrations: texts(
      'create index concurrently leaking on kysely_migration (name) where evil(name, name) > 0',
    ),
    given: [evil, 'drop function evil; drop function made'],
    options: alone,
    refused: somebodysCode,
  },
  'an index over a function written like a column': {
    migrations: texts('create index concurrently leaking on kysely_migration ((kysely_migration.evil))'),
    given: [
      `${makeLeak.replace('make_leak', 'made')};
       create function evil(kysely_migration) returns integer language plpgsql immutable as $$ begin return made(); end $$`,
      'drop function evil; drop function made',
    ],
    options: alone,
    refused: somebodysCode,
  },
  'an index over a domain that makes a table': {
    migrations: texts('create index concurrently leaking on kysely_migration ((name::evil_text))'),
    given: [
      `${evil}; create domain evil_text as varchar check (evil(value, value) > 0)`,
      'drop domain evil_text; drop function evil; drop function made',
    ],
    options: alone,
    refused: somebodysCode,
  },
  'an index by an operator class that makes a table': {
    migrations: texts('create index concurrently leaking on kysely_migration (name evil_ops)'),
    given: [
      `${makeLeak.replace('make_leak', 'made')};
       create function evil_order(text, text) returns integer language plpgsql immutable as $$ begin return made(); end $$;
       create operator class evil_ops for type text using btree as
         operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 evil_order(text, text)`,
      'drop operator family evil_ops using btree; drop function evil_order; drop function made',
    ],
    options: alone,
    refused: somebodysCode,
  },
  ...Object.fromEntries(
    ['reindex index tripping', 'reindex table trap', 'analyze trap', 'vacuum full trap', 'analyze'].map(
      (statement) => [
        `${statement}, over a function that makes a table`,
        { migrations: texts(statement), given: trap, options: alone, refused: somebodysCode },
      ],
    ),
  ),
  'bookkeeping without a transaction': {
    migrations: texts('select 1'),
    given: [
      `${leakTrigger}; create trigger made after insert on kysely_migration execute function leak_trigger()`,
      'drop function leak_trigger cascade',
    ],
    options: { disableTransactions: true, withoutTransaction: ['001'] },
    refused: /schema changed again when the migrator wrote down/,
  },
  'down() that disables row security': {
    migrations: downwards('alter table invoices disable row level security'),
    options: { down: true },
    refused: /001, down\(\)[\s\S]*invoices .* row security is off/,
  },
  'down() that drops a restrictive policy': {
    migrations: {
      '001': {
        up: (db: Handle) =>
          send(
            db,
            ...safeTable('barred').slice(0, 3),
            'create policy open on barred for select to app_user using (number is not null)',
            `create policy barrier on barred as restrictive to app_user using ${own} with check ${own}`,
          ),
        down: (db: Handle) => send(db, 'drop policy barrier on barred'),
      },
    },
    given: ['select 1', 'drop table if exists barred'],
    options: { down: true },
    refused: /barred.*\[policy-admits-foreign-rows\]/,
  },
  'an operator that is taken for one of the questions that are asked': {
    migrations: texts(
      `create function not_new(oid, integer) returns boolean language plpgsql as $$ begin
        return $1::bigint >= $2 and $1::bigint < current_setting('my.last')::bigint; end $$`,
      'create operator public.>= (leftarg = oid, rightarg = integer, function = not_new)',
      `select set_config('my.last', (select 'not_new'::regproc::oid::text), false)`,
      leak,
    ),
    refused: noRowSecurity,
  },
  'a cast that a deferred foreign key runs': {
    migrations: texts(
      makeLeak,
      `create type mood as enum ('a')`,
      `create function number_of(mood) returns integer language plpgsql as $$ begin return make_leak(); end $$`,
      'create cast (mood as integer) with function number_of(mood) as implicit',
      'create temp table parents (id integer primary key); insert into parents values (1)',
      'create temp table children (id mood references parents (id) deferrable initially deferred)',
      `insert into children values ('a')`,
    ),
    refused: noRowSecurity,
    only: 'native',
  },
  'deferred triggers that keep the counts of rows as they were': {
    migrations: texts(
      `create function total() returns bigint language sql as $$
        select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint from pg_stat_xact_all_tables $$`,
      `create function pull() returns trigger language plpgsql as $$ declare before bigint := total(); begin
        if new.id = 4 then ${leak}; return null; end if;
        set constraints all deferred;
        insert into pulled values (new.id + 1);
        execute format('drop table pad%s', new.id);
        insert into filler select 1 from generate_series(1, before - total());
        return null; end $$`,
      'create temp table pulled (id integer)',
      'create temp table filler (id integer)',
      ...[1, 2, 3, 4].flatMap((id) => [
        `create temp table pad${id} (id integer)`,
        `insert into pad${id} select 1 from generate_series(1, 1000)`,
      ]),
      'create constraint trigger pulling after insert on pulled deferrable initially deferred for each row execute function pull()',
      'insert into pulled values (1)',
    ),
    refused: noRowSecurity,
  },
  'a barrier that calls a function over a temporary table': {
    migrations: texts(
      'create temp table shown (id integer) on commit drop',
      ...safeTable('barred').slice(0, 3),
      'create policy open on barred for select to app_user using (number is not null)',
      'create function is_shown() returns boolean language sql begin atomic select count(*) >= 0 from shown; end',
      `create policy barrier on barred as restrictive to app_user using (${own} and is_shown()) with check (${own})`,
    ),
    refused: /a policy depends on something temporary/,
  },
  'a table that is given to an extension': {
    migrations: texts('create extension citext', leak, 'alter extension citext add table leak'),
    refused: /what belongs to an extension/,
    only: 'native',
  },
  'a table that is given to an extension within a block': {
    migrations: texts(
      'create extension citext',
      leak,
      `do $$ begin execute 'alter extension citext add table leak'; end $$`,
    ),
    refused: /added a table or a view to an extension/,
    only: 'native',
  },
  'an old table that is given to an extension within a block': {
    migrations: texts(
      `do $$ begin execute 'alter extension plpgsql add table invoices'; end $$`,
      'alter table invoices disable row level security',
    ),
    refused: /added a table or a view to an extension/,
    only: 'pglite',
  },
  'a protected table under the name of one that is declared global': {
    migrations: texts(
      'alter table currencies rename to currencies_old',
      'alter table invoices rename to currencies',
      'drop policy tenant on currencies',
      'create policy everybody on currencies for select to app_user using (true)',
    ),
    given: [
      'create table currencies (code text primary key); alter table currencies owner to app_owner',
      'drop table currencies',
    ],
    options: { tenancy: sharing('public.currencies') },
    refused: /currencies .*\[policy-always-true\]/,
  },
  'a table declared global that is given the tenant key': {
    migrations: texts('alter table currencies add tenant_id uuid'),
    given: [
      'create table currencies (code text primary key); alter table currencies owner to app_owner',
      'drop table currencies',
    ],
    options: { tenancy: sharing('public.currencies') },
    refused: /currencies has no row security/,
  },
  'a table named like the bookkeeping of a tool': {
    migrations: texts('create table schema_migrations (customer uuid, secret text)'),
    refused: /schema_migrations .*\[table-uncategorised\]/,
  },
  'a table in the namespace of a tool': {
    migrations: texts('create schema sqitch', 'create table sqitch.customers (customer uuid, secret text)'),
    refused: /sqitch\.customers .*\[table-uncategorised\]/,
  },
  'another body for a function of the context': {
    migrations: texts(
      `create or replace function app.current_tenant_id() returns uuid language sql stable security definer set search_path = ''
        as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$`,
    ),
    refused: strange('current_tenant_id'),
  },
  'another body within a block for a function of the context': {
    migrations: texts(
      `do $$ begin
        execute 'create or replace function app.' || 'current_user_id() returns uuid language sql stable as ''select null::uuid''';
      end $$`,
    ),
    given: [
      'alter function app.current_user_id() owner to app_owner',
      'alter function app.current_user_id() owner to current_user',
    ],
    refused: strange('current_user_id'),
  },
  'another owner for a function of the context': {
    migrations: texts('alter function app.current_tenant_id() owner to app_owner'),
    refused: strange('current_tenant_id'),
  },
  'a function of the context that no longer runs as its owner': {
    migrations: texts('alter function app.current_tenant_id() security invoker'),
    refused: strange('current_tenant_id'),
  },
  'another search path for a function of the context': {
    migrations: texts('alter function app.current_tenant_id() set search_path = public'),
    refused: strange('current_tenant_id'),
  },
  'another body for a function of the context that was given to an extension': {
    migrations: texts(
      `do $$ begin execute 'alter extension plpgsql add function app.current_tenant_id()'; end $$`,
      'create or replace function app.current_tenant_id() returns uuid language sql stable as $$ select null::uuid $$',
    ),
    refused: strange('current_tenant_id'),
    only: 'pglite',
  },
  'an overload of a function of the context': {
    migrations: texts(
      'create function app.current_tenant_id(tenant uuid) returns uuid language sql immutable as $$ select tenant $$',
      ...safeTable('leak').slice(0, 2),
      'alter table leak enable row level security, force row level security',
      'create policy tenant on leak to app_user using (tenant_id = app.current_tenant_id(tenant_id))',
    ),
    refused: strange('current_tenant_id'),
  },
  'an old table without row security that is granted': {
    migrations: texts('grant select on old_debt to app_user'),
    refused: /old_debt/,
  },
  'down() that changes rows': {
    migrations: downwards('update app.tenants set name = name'),
    options: { down: true },
    refused: /down\(\) would change rows/,
  },
  'down() that changes rows in a WITH': {
    migrations: downwards('with gone as (delete from app.tenants returning id) select * from gone'),
    options: { down: true },
    refused: /down\(\) would change rows/,
  },
  'down() that changes rows within a function': {
    migrations: downwards(
      'alter table app.tenants no force row level security',
      'do $$ begin update app.tenants set name = name; end $$',
      'alter table app.tenants force row level security',
    ),
    options: { down: true },
    refused: /app\.tenants: down\(\) would change rows/,
  },
  'down() that empties a table within a block': {
    migrations: downwards(
      'alter table app.tenants no force row level security',
      `do $$ begin truncate app.tenants cascade; end $$`,
      'alter table app.tenants force row level security',
    ),
    options: { down: true },
    refused: /app\.tenants: down\(\) would change rows/,
  },
}
