import { definersCalled, openNamespaces, pathNeeded, setSearchPath } from '../policy/definer-path.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'
import { otherTenant, ownUser } from './examples/tenants.ts'
import { exempt, exemptTasks } from './examples/views.ts'

const tenancy = { systemTasks: exemptTasks }

const body = sql`
  begin
    return query select i.id from app.invoices i join memberships m on m.tenant_id = i.tenant_id
      where m.user_id = app.current_user_id();
  end`

/** A function of the exempt role that finds the memberships by the search path. */
function ownInvoices(options: string): string {
  return sql`
    create function app.my_invoices() returns setof uuid language plpgsql security definer ${options}
      as $$ ${body} $$;
    alter function app.my_invoices() owner to exporter;`
}

const membershipsOfAll = (table: string) => sql`
  create ${table} (tenant_id uuid, user_id uuid);
  grant select on memberships to public;
  insert into memberships values ('${otherTenant}', '${ownUser}');
  select * from app.my_invoices()`

export default defineCheck({
  id: 'definer-search-path-unsafe',
  severity: 'error',
  title: 'SECURITY DEFINER function looks names up where its caller says',
  rationale: `
    A SECURITY DEFINER function runs with the rights of its owner. Where it doesn't set search_path, or sets one with a namespace that others may create in,
    whoever calls it decides which table, type, function or operator its names mean: a table of memberships of his own, or code that then runs as the owner.`,
  accept: 'Whoever may call it has the rights of the owner anyway.',
  bad: [
    {
      name: 'no search_path: a temporary table is found in the place of the memberships',
      sql: [`${protectedInvoices}\n${exempt}`, ownInvoices('')],
      tenancy,
      finds: ['app.my_invoices()'],
      leaks: membershipsOfAll('temporary table memberships'),
    },
    {
      name: 'the setting taken back',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        ownInvoices('set search_path = pg_catalog, app, pg_temp'),
        'alter function app.my_invoices() reset search_path;',
      ],
      tenancy,
      finds: ['app.my_invoices()'],
      leaks: membershipsOfAll('temporary table memberships'),
    },
    {
      name: 'a namespace in which the application may create',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        sql`
          create schema shared;
          grant create, usage on schema shared to app_user;
          grant usage on schema shared to exporter;
          ${ownInvoices('set search_path = pg_catalog, shared, app, pg_temp')}`,
      ],
      tenancy,
      finds: ['app.my_invoices()'],
      leaks: `set search_path = shared; ${membershipsOfAll('table shared.memberships')}`,
    },
  ],
  good: [
    {
      name: 'a path of namespaces that only migrations create in, temporary objects last',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        sql`
          create function app.my_invoices() returns setof uuid language plpgsql security definer set search_path = pg_catalog, app, pg_temp
            as $$ ${body} $$;`,
      ],
      tenancy,
    },
    {
      name: 'a body in standard SQL, whose names are bound when it is created',
      sql: [
        protectedInvoices,
        sql`
          create function app.invoice_count() returns bigint language sql security definer
            begin atomic select count(*) from app.invoices i where i.tenant_id = app.current_tenant_id(); end;`,
      ],
    },
    {
      name: 'a function that nobody but the system task may call',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        sql`
          create function app.invoice_count() returns bigint language plpgsql security definer
            as $$ begin return (select count(*) from app.invoices); end $$;
          revoke all on function app.invoice_count() from public;
          grant execute on function app.invoice_count() to exporter;`,
      ],
      tenancy,
    },
    {
      name: 'a function that runs with the rights of whoever calls it',
      sql: [
        protectedInvoices,
        sql`
          create function app.invoice_count() returns bigint language plpgsql
            as $$ begin return (select count(*) from app.invoices); end $$;`,
      ],
    },
  ],
  reads: [],
  *find(model, tenancy, isolation) {
    for (const definer of definersCalled(model, tenancy, isolation)) {
      const { routine, path } = definer
      const open = path === null ? [] : openNamespaces(model, tenancy, isolation, path)
      if (path !== null && open.length === 0) continue
      const cause =
        path === null
          ? 'takes its search_path from whoever calls it'
          : `searches ${open.join(', ')}, where others may create objects`
      yield {
        subject: routine.id,
        relation: null,
        routine,
        needed: () => pathNeeded(model, tenancy, isolation, definer),
        message: `${routine.id} runs with the rights of its owner and ${cause}: what they put there runs, or is read, in the place of what is meant`,
        help: 'Set search_path on the function to pg_catalog, the namespaces that its body needs, and pg_temp as the last; qualify the names in it.',
        source: routine.source,
      }
    }
  },
  fix: ({ routine, needed }) => {
    const path = needed()
    return path === null ? null : setSearchPath(routine, path)
  },
})
