import type { RoleName, SchemaModel } from '../model/schema-model.ts'
import type { Capability } from '../model/server-facts.ts'
import { reachOf } from '../policy/acting-as.ts'
import { appRolesOf } from '../policy/roles.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'

type Kind = Capability['kind'] | 'programs'

const deeds: Readonly<Record<Kind, string>> = {
  files: 'read or write files of the server',
  network: 'open connections to other servers',
  programs: 'run programs on the server',
  'untrusted-language': 'run routines in a language that is not trusted',
}

/** PostgreSQL's own roles that are such a capability. */
const ownRoles: Readonly<Record<RoleName, Kind>> = {
  pg_read_server_files: 'files',
  pg_write_server_files: 'files',
  pg_execute_server_program: 'programs',
}

/** Who may do what, and by what: everybody stands for himself, and an application's role for all that it can become. */
function heldBy(
  model: SchemaModel,
  capabilities: readonly Capability[],
  role: RoleName,
): Map<Kind, string[]> {
  const reached = role === 'public' ? [] : reachOf(model, role).map((reach) => reach.role)
  const acting = new Set([role, ...reached])
  const held = new Map<Kind, string[]>()
  const add = (kind: Kind, by: string) => held.set(kind, [...(held.get(kind) ?? []), by])
  for (const name of reached) {
    const kind = ownRoles[name]
    if (kind !== undefined) add(kind, name)
  }
  for (const { kind, object, grantees } of capabilities) {
    if (grantees.some((grantee) => acting.has(grantee))) add(kind, object)
  }
  return held
}

export default defineCheck({
  id: 'dangerous-capability',
  severity: 'warning',
  title: 'Application may reach files, programs or other servers past row security',
  rationale: `
    Row security filters what a query reads from tables. A function that reads files of the server, opens a connection to another one, or
    runs in a language that is not trusted goes past it: a dump that lies in the data directory, or a second connection as another
    role, has the rows of all tenants. Extensions often grant such functions to everybody.`,
  accept: 'The application needs it, and what it reaches that way holds nothing of tenants.',
  sources: ['catalog'],
  bad: [
    {
      name: 'an extension that leaves its functions to everybody',
      sql: 'create schema remote;\ncreate extension dblink schema remote;',
      finds: ['public/network'],
    },
    {
      name: 'a function that reads files',
      sql: 'grant execute on function pg_catalog.pg_read_file(text) to app_user;',
      finds: ['app_user/files'],
    },
    {
      name: "a role of PostgreSQL's own that runs programs, by way of another role",
      sql: sql`
        create role operations nologin;
        grant pg_execute_server_program to operations;
        grant operations to app_user;`,
      finds: ['app_user/programs'],
    },
    {
      name: 'a foreign server that the application may use',
      sql: sql`
        create extension postgres_fdw;
        create server archive foreign data wrapper postgres_fdw options (dbname 'archive');
        grant usage on foreign server archive to app_user;`,
      finds: ['app_user/network'],
    },
  ],
  good: [
    {
      name: 'an extension whose functions were taken from everybody',
      sql: sql`
        create schema remote;
        create extension dblink schema remote;
        revoke execute on all functions in schema remote from public;`,
    },
    {
      name: 'a role for backups, which the application is no member of',
      sql: 'create role backup login;\ngrant pg_read_server_files to backup;',
    },
    {
      name: 'an extension that reaches nothing',
      sql: 'create extension pgcrypto;',
    },
  ],
  reads: [],
  *find(model, tenancy) {
    if (model.server === null) return
    for (const role of ['public', ...appRolesOf(model, tenancy)]) {
      for (const [kind, [first = '', ...others]] of heldBy(model, model.server.capabilities, role)) {
        const more = others.length === 0 ? '' : ` and ${others.length} more`
        yield {
          subject: `${displayName(role)}/${kind}`,
          relation: null,
          message: `${role === 'public' ? 'Everybody' : role} may ${deeds[kind]}, by ${first}${more}: row security has no part in that`,
          help: `Revoke it from ${role === 'public' ? 'PUBLIC' : role}, or move what needs it to a role of its own.`,
          source: null,
        }
      }
    }
  },
})
