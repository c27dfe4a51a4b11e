import { enableAndForce } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedEvents } from './examples/events.ts'

const loaded = `create table app.events_import (
  id uuid not null,
  tenant_id uuid not null references app.tenants (id),
  happened_at timestamptz not null
);
grant select on app.events_import to app_user;`

export default defineCheck({
  id: 'attached-unprotected',
  severity: 'error',
  title: 'Table attached as a partition has no row security of its own',
  sources: ['replay'],
  rationale: `
    ATTACH PARTITION gives a table to a parent and changes nothing about its row security. The parent's policies hold for
    queries that name the parent; whoever names the attached table reads all of it.`,
  accept: 'No role of the application has or gets a privilege on the attached table.',
  bad: [
    {
      name: 'a table that was loaded and then attached',
      sql: [
        protectedEvents,
        `${loaded}\nalter table app.events attach partition app.events_import for values from ('2031-01-01') to ('2032-01-01');`,
      ],
      finds: ['app.events_import'],
      leaks: 'select * from app.events_import',
    },
    {
      name: 'attached as the default partition',
      sql: [protectedEvents, `${loaded}\nalter table app.events attach partition app.events_import default;`],
      finds: ['app.events_import'],
      leaks: 'select * from app.events_import',
    },
  ],
  good: [
    {
      name: 'protected before it is attached',
      sql: [
        protectedEvents,
        `${loaded}
alter table app.events_import enable row level security;
alter table app.events_import force row level security;
alter table app.events attach partition app.events_import default;`,
      ],
    },
    {
      name: 'attached and protected afterwards in the same migration',
      sql: [
        protectedEvents,
        `${loaded}
alter table app.events attach partition app.events_import default;
alter table app.events_import enable row level security, force row level security;`,
      ],
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, gap } of isolation.gaps('attached')) {
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        message: `${relation.id} was attached to ${gap.from} and has no row security: queries that name it read the rows of all tenants`,
        help: 'Enable and force row security on the table before it is attached.',
        source: gap.source,
      }
    }
  },
  fix: ({ table }) => enableAndForce(table),
})
