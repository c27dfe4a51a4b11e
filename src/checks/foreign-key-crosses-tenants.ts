import type { ForeignKeyAction, Relation } from '../model/schema-model.ts'
import {
  areUniqueTogether,
  type CrossingForeignKey,
  crossingForeignKeys,
} from '../policy/crossing-foreign-keys.ts'
import { printName } from '../sql/expression.ts'
import { displayName } from '../sql/identifiers.ts'
import { sql } from '../sql/template.ts'
import { writeName } from '../templates/row-security.ts'
import { defineCheck } from './define-check.ts'
import { ownTenant } from './examples/tenants.ts'

/** A protected table; what stands between its first columns and its end. */
function protectedTable(name: string, rest: string): string {
  return sql`
    create table app.${name} (
      id text primary key,
      tenant_id uuid not null references app.tenants (id),
      ${rest}
    );
    create index on app.${name} (tenant_id);
    alter table app.${name} enable row level security, force row level security;
    create policy tenant_isolation on app.${name} to app_user
      using (tenant_id = (select app.current_tenant_id()))
      with check (tenant_id = (select app.current_tenant_id()));
    grant select, insert, update, delete on app.${name} to app_user;`
}

const projects = protectedTable('projects', 'unique (tenant_id, id)')

const plain = protectedTable('tasks', 'project_id text references app.projects (id) on delete cascade')

/** A task of the own tenant in a project of the other one. */
const refersToOther = `insert into app.tasks (id, tenant_id, project_id) values ('task', '${ownTenant}', 'value 2') returning project_id`

const actions: Readonly<Record<ForeignKeyAction, string>> = {
  'no-action': '',
  restrict: 'restrict',
  cascade: 'cascade',
  'set-null': 'set null',
  'set-default': 'set default',
}

/** The first that sets some columns of a foreign key to null and leaves the tenant key what it is. */
const setsSomeColumns = 150_000

/** The clauses of what is to happen when the parent goes; null where the tenant key would be set with the rest. */
function actionsOf({ constraint, target }: CrossingForeignKey, version: number): string | null {
  const { onDelete, onUpdate } = target
  const sets = (action: ForeignKeyAction) => action === 'set-null' || action === 'set-default'
  if (sets(onUpdate) || (sets(onDelete) && version < setsSomeColumns)) return null
  const columns = sets(onDelete) ? ` (${constraint.columns.map(printName).join(', ')})` : ''
  const deleted = onDelete === 'no-action' ? '' : ` on delete ${actions[onDelete]}${columns}`
  return onUpdate === 'no-action' ? deleted : `${deleted} on update ${actions[onUpdate]}`
}

/** A row without the key belongs to nobody, or to all: its foreign key can't have the key in it. */
function isNotNull({ columns }: Relation, key: string): boolean {
  return columns.some(({ name, notNull }) => name === key && notNull)
}

export default defineCheck({
  id: 'foreign-key-crosses-tenants',
  severity: 'error',
  title: 'Foreign key lets a row refer to a row of another tenant',
  rationale: `
    PostgreSQL checks foreign keys past row security. Where both tables have the tenant key and the foreign key doesn't, a row may refer to one of another tenant:
    whether an insert is refused tells which keys exist there, and ON DELETE reaches from the rows of one tenant into those of another. With the tenant key in the
    foreign key both ends belong to the same tenant.`,
  accept:
    'The policies of the table look the parent up in every row that is written, and keys of parents tell nothing.',
  bad: [
    {
      name: 'a foreign key on the id alone',
      sql: [projects, plain],
      finds: ['app.tasks/tasks_project_id_fkey'],
      leaks: refersToOther,
    },
    {
      name: 'a parent that has no unique key with the tenant in it, added later',
      sql: [
        protectedTable('projects', 'name text'),
        protectedTable('tasks', 'project_id text not null'),
        'alter table app.tasks add constraint in_project foreign key (project_id) references app.projects on update cascade;',
      ],
      finds: ['app.tasks/in_project'],
      leaks: refersToOther,
    },
    {
      name: 'the composite key taken back',
      sql: [
        projects,
        protectedTable(
          'tasks',
          'project_id text references app.projects (id), constraint same_tenant foreign key (tenant_id, project_id) references app.projects (tenant_id, id)',
        ),
        'alter table app.tasks drop constraint same_tenant;',
      ],
      finds: ['app.tasks/tasks_project_id_fkey'],
      leaks: refersToOther,
    },
    {
      name: 'set to null when the parent goes',
      postgres: { from: 15 },
      sql: [
        projects,
        protectedTable('tasks', 'project_id text references app.projects (id) on delete set null'),
      ],
      finds: ['app.tasks/tasks_project_id_fkey'],
      leaks: refersToOther,
    },
    {
      name: 'within one table',
      sql: [protectedTable('tasks', "project_id text default nullif('', '') references app.tasks (id)")],
      finds: ['app.tasks/tasks_project_id_fkey'],
      leaks: refersToOther,
    },
  ],
  good: [
    {
      name: 'a composite foreign key, in another order of columns',
      sql: [
        projects,
        protectedTable(
          'tasks',
          'project_id text, foreign key (project_id, tenant_id) references app.projects (id, tenant_id)',
        ),
      ],
    },
    {
      name: 'a composite one beside the one that tools read',
      sql: [
        projects,
        protectedTable(
          'tasks',
          'project_id text references app.projects (id), foreign key (tenant_id, project_id) references app.projects (tenant_id, id)',
        ),
      ],
    },
    {
      name: 'to a table that all tenants share',
      sql: [
        'create table app.currencies (code text primary key);',
        protectedTable('prices', 'currency text references app.currencies (code)'),
      ],
      tenancy: { globalTables: [{ relation: 'app.currencies', reason: 'ISO 4217' }] },
    },
    {
      name: 'to a member of the tenant',
      sql: [
        protectedTable(
          'tasks',
          'done_by uuid, foreign key (tenant_id, done_by) references app.memberships (tenant_id, user_id)',
        ),
      ],
    },
    {
      name: 'from a child that has no key of its own',
      sql: [
        projects,
        sql`
          create table app.notes (id uuid primary key, project_id text not null references app.projects (id));
          alter table app.notes enable row level security, force row level security;
          create policy of_project on app.notes to app_user
            using (exists (select from app.projects p where p.id = project_id))
            with check (exists (select from app.projects p where p.id = project_id));`,
      ],
    },
  ],
  reads: ['constraints'],
  *find(model, tenancy, isolation) {
    const version = model.server?.version ?? setsSomeColumns
    for (const { relation, category } of isolation.tables) {
      if (category !== 'tenant' && category !== 'memberships') continue
      for (const crossing of crossingForeignKeys(model, tenancy, isolation, relation)) {
        const { constraint, parent, key } = crossing
        yield {
          subject: `${relation.id}/${displayName(constraint.name)}`,
          relation: relation.id,
          table: relation,
          crossing,
          actions: actionsOf(crossing, version),
          message: `${constraint.name} lets rows of ${relation.id} refer to rows of ${parent.id} that belong to another tenant: foreign keys are checked past row security`,
          help: `Put ${key} into the foreign key, with a unique key on both columns of ${parent.id}; keep DEFERRABLE where it has it.`,
          source: constraint.source ?? relation.source,
        }
      }
    }
  },
  fix: ({ table, crossing, actions: clauses }) => {
    const { constraint, target, parent, key, parentKey } = crossing
    if (clauses === null || !isNotNull(table, key) || !isNotNull(parent, parentKey)) return null
    const list = (columns: readonly string[]) => columns.map(printName).join(', ')
    const [referring, referred] = [
      [key, ...constraint.columns],
      [parentKey, ...target.columns],
    ]
    const name = printName(constraint.name)
    const unique = printName([parent.name, ...referred, 'key'].join('_'))
    const statements = [
      sql`
        alter table ${writeName(table)}
          drop constraint ${name},
          add constraint ${name} foreign key (${list(referring)})
            references ${writeName(parent)} (${list(referred)})${clauses};`,
    ]
    if (!areUniqueTogether(parent, referred)) {
      statements.unshift(
        `create unique index if not exists ${unique} on ${writeName(parent)} (${list(referred)});`,
      )
    }
    return statements.join('\n')
  },
})
