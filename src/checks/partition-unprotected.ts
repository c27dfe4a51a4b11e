import { enableAndForce } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { protectedEvents } from './examples/events.ts'

export default defineCheck({
  id: 'partition-unprotected',
  severity: 'error',
  title: 'Partition of a protected table has no row security of its own',
  rationale: `
    The policies of a partitioned table hold for queries that name that table. A partition is a table too: a query that
    names it is bound by its own row security alone, and a new partition has none. Default privileges often grant it to
    the application on creation.`,
  accept:
    'No role of the application has or gets a privilege on the partition, by default privileges either.',
  bad: [
    {
      name: 'a partition created later, in another migration',
      sql: [
        protectedEvents,
        'alter default privileges in schema app grant select on tables to app_user;',
        "create table app.events_2031 partition of app.events for values from ('2031-01-01') to ('2032-01-01');",
      ],
      finds: ['app.events_2031'],
      leaks: 'select * from app.events_2031',
    },
    {
      name: 'a partition of a protected partition',
      sql: [
        protectedEvents,
        `create table app.events_2031 partition of app.events
  for values from ('2031-01-01') to ('2032-01-01') partition by list (tenant_id);
alter table app.events_2031 enable row level security;
alter table app.events_2031 force row level security;
create table app.events_2031_rest partition of app.events_2031 default;
grant select on app.events_2031_rest to app_user;`,
      ],
      finds: ['app.events_2031_rest'],
      leaks: 'select * from app.events_2031_rest',
    },
  ],
  good: [
    {
      name: 'enabled and forced without a policy: nothing is visible but through the parent',
      sql: [
        protectedEvents,
        `create table app.events_2031 partition of app.events for values from ('2031-01-01') to ('2032-01-01');
alter table app.events_2031 enable row level security;
alter table app.events_2031 force row level security;`,
      ],
    },
    {
      name: 'a partition that is dropped again',
      sql: [
        protectedEvents,
        'create table app.events_rest partition of app.events default;\ndrop table app.events_rest;',
      ],
    },
  ],
  reads: [],
  *find(_model, _tenancy, isolation) {
    for (const { relation, gap } of isolation.gaps('partition')) {
      yield {
        subject: relation.id,
        relation: relation.id,
        table: relation,
        message: `Partition ${relation.id} has no row security: the policies of ${gap.from} don't hold for queries that name the partition itself`,
        help: 'Enable and force row security on the partition where it is created; it needs no policy of its own.',
        source: gap.source,
      }
    }
  },
  fix: ({ table }) => enableAndForce(table),
})
