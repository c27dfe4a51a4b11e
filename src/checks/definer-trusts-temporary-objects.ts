import { definersCalled, openNamespaces, setSearchPath, temporaryFirst } from '../policy/definer-path.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'
import { protectedInvoices } from './examples/invoices.ts'
import { otherTenant, ownUser } from './examples/tenants.ts'
import { exempt, exemptTasks } from './examples/views.ts'

const tenancy = { systemTasks: exemptTasks }

/** A function of the exempt role that takes a tenant apart from a text. */
function ofTenant(path: string, body: string): string {
  return sql`
    create function app.of_tenant(text) returns setof app.invoices language plpgsql security definer
      set search_path = ${path} as $$ ${body} $$;
    alter function app.of_tenant(text) owner to exporter;
    grant execute on function app.current_tenant_id() to exporter;`
}

const cast =
  'begin return query select i.* from app.invoices i where i.tenant_id = app.current_tenant_id() and i.id <> $1::uuid; end'

const qualifiedCast = cast.replace('::uuid', '::pg_catalog.uuid')

export default defineCheck({
  id: 'definer-trusts-temporary-objects',
  severity: 'warning',
  title: 'SECURITY DEFINER function finds temporary tables and types of its caller first',
  rationale: `
    PostgreSQL looks for tables and types in the temporary namespace of the session before all others, unless search_path names pg_temp in another place; an empty
    search_path doesn't change that. Whoever may send SQL and call the function makes a temporary table, or a domain named uuid whose condition calls a function of
    his, and the function reads the one or runs the other with the rights of its owner. On Supabase, whose API sends nothing of the kind, it isn't told.`,
  accept:
    'Nobody who may call it can create temporary objects: the privilege TEMPORARY is taken from PUBLIC, or the API sends no such statement.',
  bad: [
    {
      name: 'an empty path and a type without its namespace: a domain of that name runs code as the owner',
      sql: [`${protectedInvoices}\n${exempt}`, ofTenant("''", cast)],
      tenancy,
      finds: ['app.of_tenant(text)'],
      leaks: sql`
        create temporary table seen (id uuid);
        grant insert on seen to public;
        create function pg_temp.look() returns boolean language plpgsql as
          'begin insert into seen select id from app.invoices; return true; end';
        create domain pg_temp.uuid as pg_catalog.uuid check (pg_temp.look());
        select from app.of_tenant('${ownUser}');
        select * from seen`,
    },
    {
      name: 'a path without pg_temp: a temporary table is found in the place of the memberships',
      sql: [
        `${protectedInvoices}\n${exempt}`,
        ofTenant(
          'app',
          'begin return query select i.* from invoices i join memberships m on m.tenant_id = i.tenant_id where m.user_id = app.current_user_id(); end',
        ),
      ],
      tenancy,
      finds: ['app.of_tenant(text)'],
      leaks: sql`
        create temporary table memberships (tenant_id uuid, user_id uuid);
        grant select on memberships to public;
        insert into memberships values ('${otherTenant}', '${ownUser}');
        select * from app.of_tenant('${ownUser}')`,
    },
  ],
  good: [
    {
      name: 'pg_temp as the last',
      sql: [`${protectedInvoices}\n${exempt}`, ofTenant('pg_catalog, pg_temp', cast)],
      tenancy,
    },
    {
      name: 'an empty path, and every table and type under its full name',
      sql: [`${protectedInvoices}\n${exempt}`, ofTenant("''", qualifiedCast)],
      tenancy,
    },
  ],
  reads: [],
  *find(model, tenancy, isolation) {
    if (tenancy.platform === 'supabase') return
    for (const definer of definersCalled(model, tenancy, isolation)) {
      const { routine, path } = definer
      if (path === null || openNamespaces(model, tenancy, isolation, path).length > 0) continue
      const names = temporaryFirst(isolation, definer)
      if (names !== null && names.length === 0) continue
      yield {
        subject: routine.id,
        relation: null,
        routine,
        path,
        message: `${routine.id} runs with the rights of its owner and looks for ${names?.join(', ') ?? 'tables and types'} in pg_temp first: a temporary object of whoever calls it is taken for the one that is meant`,
        help: 'Name pg_temp as the last in the search_path of the function, or write every table and type with its namespace.',
        source: routine.source,
      }
    }
  },
  fix: ({ routine, path }) => setSearchPath(routine, path),
})
