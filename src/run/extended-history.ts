import type { PlannedMigration } from '../replay/layouts/plan-next.ts'
import type { Migration } from '../replay/migration.ts'

/** The history with a new migration in the place that is planned for it, else with its SQL at the end. */
export function withMigration(
  migrations: readonly Migration[],
  planned: PlannedMigration | null,
  sql: string,
): readonly Migration[] {
  if (planned === null) {
    const session = migrations.at(-1)?.session ?? 'new'
    const parts = [{ kind: 'sql', start: 0, end: sql.length }] as const
    return [...migrations, { file: 'the new migration', text: sql, parts, session }]
  }
  const at = migrations.findIndex(({ file }) => file === planned.before)
  const end = at < 0 ? migrations.length : at
  return [...migrations.slice(0, end), planned.migration, ...migrations.slice(end)]
}
