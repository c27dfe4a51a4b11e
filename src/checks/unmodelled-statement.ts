import { fingerprintOf } from '../findings/fingerprint.ts'
import { examinedUnmodelled } from '../model/questions.ts'
import { sql } from '../sql/template.ts'
import { defineCheck } from './define-check.ts'

export default defineCheck({
  id: 'unmodelled-statement',
  severity: 'error',
  rule: 'unmodelled',
  title: 'Statement could not be replayed: what it does is not known',
  sources: ['replay'],
  rationale: `
    A statement that can't be understood may switch row security off, drop a policy or create a table. What the other checks say
    holds only as far as such statements don't. They are counted and shown, never taken for harmless.`,
  accept: `
    You have read the statement and know that it touches no table, policy, role or privilege that matters; or its
    effect has been checked against a running database.`,
  bad: [
    {
      name: 'statements computed from rows',
      sql: sql`
        do $$
        declare t text;
        begin
          for t in select name from app.tenants loop
            execute format('alter table app.%I disable row level security', t);
          end loop;
        end $$;`,
      finds: ['001.sql#f9077f41'],
    },
    {
      name: 'SQL that PostgreSQL refuses',
      sql: 'alter tabel app.tenants disable row level security;',
      finds: ['001.sql#12e9a0d7'],
    },
    {
      name: 'a table that the history does not have',
      sql: 'alter table app.projects disable row level security;',
      finds: ['001.sql#6dd93762'],
    },
  ],
  good: [
    {
      name: 'a DO block of which every statement is certain',
      sql: sql`
        do $$
        begin
          alter table app.tenants add column note text;
        end $$;`,
    },
    {
      name: 'statements that move no fact of the model',
      sql: "set lock_timeout = '2s';\nupdate app.tenants set name = trim(name);\nanalyze app.tenants;",
    },
  ],
  reads: [],
  *find(model) {
    for (const { source, reason, affects, text } of examinedUnmodelled(model)) {
      const affected =
        affects === null ? 'any table' : affects.length === 0 ? 'no table that is known' : affects.join(', ')
      yield {
        subject: `${source.file}#${fingerprintOf('statement', text).slice(0, 8)}`,
        relation: null,
        message: `Statement could not be replayed (${reason}): it may affect ${affected}`,
        help: 'Write it as plain statements that name what they change, or check its effect against a running database.',
        source,
      }
    }
  },
})
