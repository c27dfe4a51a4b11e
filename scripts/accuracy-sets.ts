import type { LayoutName } from '../src/replay/layouts/layout.ts'

/** A public history to hold the replay against. Its SQL is fetched, never committed. */
export interface PublicHistory {
  readonly name: string
  readonly repository: string
  readonly commit: string
  /** Folders or files to replay, relative to the checked-out repository. */
  readonly paths: readonly string[]
  readonly layout: LayoutName
  readonly platform: 'supabase' | null
  /** What PostgreSQL 18 held after applying the same files; the tool's own bookkeeping table is not counted. */
  readonly postgres: Figures
  readonly upFiles: number
  readonly statements: number
  /** Tables that are not the history's own: the migration tool's, and those that an extension brings. */
  readonly bookkeeping: readonly string[]
  /** Values that the tool puts in place of psql variables and templates. */
  readonly variables?: Readonly<Record<string, string>>
}

export interface Figures {
  readonly tables: number
  readonly rowSecurity: number
  readonly policies: number
}

const figures = (tables: number, rowSecurity: number, policies: number): Figures => ({
  tables,
  rowSecurity,
  policies,
})

export const publicHistories: readonly PublicHistory[] = [
  {
    name: 'capgo',
    repository: 'Cap-go/capgo',
    commit: '4bc7d83f8515',
    paths: ['supabase/migrations'],
    layout: 'supabase',
    platform: 'supabase',
    postgres: figures(125, 67, 179),
    upFiles: 10,
    statements: 4763,
    bookkeeping: ['cron.job', 'cron.job_run_details', 'pgmq.meta'],
  },
  {
    name: 'liam',
    repository: 'liam-hq/liam',
    commit: '92156eac5ef4',
    paths: ['frontend/internal-packages/db/supabase/migrations'],
    layout: 'supabase',
    platform: 'supabase',
    postgres: figures(15, 15, 88),
    upFiles: 91,
    statements: 1769,
    bookkeeping: [],
  },
  {
    name: 'basejump',
    repository: 'usebasejump/basejump',
    commit: 'cfaeaa314e2b',
    paths: ['supabase/migrations'],
    layout: 'supabase',
    platform: 'supabase',
    postgres: figures(6, 6, 13),
    upFiles: 4,
    statements: 104,
    bookkeeping: [],
  },
  {
    name: 'supabase-storage',
    repository: 'supabase/storage',
    commit: '4fa61fba9371',
    paths: ['migrations/tenant'],
    layout: 'numbered',
    platform: null,
    postgres: figures(9, 9, 0),
    upFiles: 63,
    statements: 188,
    bookkeeping: ['storage.migrations'],
  },
  {
    name: 'supabase-auth',
    repository: 'supabase/auth',
    commit: 'bc32168e13fd',
    paths: ['migrations'],
    layout: 'golang-migrate',
    platform: null,
    postgres: figures(22, 15, 0),
    upFiles: 70,
    statements: 205,
    bookkeeping: ['auth.schema_migrations'],
    variables: { Namespace: 'auth' },
  },
  {
    name: 'buster-diesel',
    repository: 'buster-so/buster',
    commit: '8776476b2efd',
    paths: ['apps/api/migrations'],
    layout: 'diesel',
    platform: null,
    postgres: figures(40, 29, 5),
    upFiles: 70,
    statements: 338,
    bookkeeping: ['public.__diesel_schema_migrations', 'cron.job', 'cron.job_run_details'],
  },
  {
    name: 'buster-drizzle',
    repository: 'buster-so/buster',
    commit: '8776476b2efd',
    paths: ['packages/database/drizzle'],
    layout: 'drizzle',
    platform: 'supabase',
    postgres: figures(52, 21, 5),
    upFiles: 124,
    statements: 678,
    bookkeeping: ['cron.job', 'cron.job_run_details', 'pgmq.meta'],
  },
  {
    name: 'maevsi',
    repository: 'maevsi/sqitch',
    commit: '400205454127',
    paths: ['src'],
    layout: 'sqitch',
    platform: null,
    postgres: figures(35, 29, 55),
    upFiles: 104,
    statements: 955,
    bookkeeping: [],
    variables: {
      role_service_grafana_username: 'grafana',
      role_service_grafana_password: 'x',
      role_service_postgraphile_username: 'postgraphile',
      role_service_postgraphile_password: 'x',
      role_service_reccoom_username: 'reccoom',
      role_service_reccoom_password: 'x',
      role_service_vibetype_username: 'vibetype',
      role_service_vibetype_password: 'x',
      role_service_zammad_username: 'zammad',
      role_service_zammad_password: 'x',
    },
  },
  {
    name: 'cas-ciip-portal',
    repository: 'bcgov/cas-ciip-portal',
    commit: '230bfd6d2673',
    paths: ['schema'],
    layout: 'sqitch',
    platform: null,
    postgres: figures(30, 24, 146),
    upFiles: 375,
    statements: 2410,
    bookkeeping: [],
  },
  {
    name: 'credebl',
    repository: 'credebl/platform',
    commit: '20add1bfa660',
    paths: ['libs/prisma-service/prisma/migrations'],
    layout: 'prisma',
    platform: null,
    postgres: figures(53, 53, 0),
    upFiles: 117,
    statements: 559,
    bookkeeping: [],
  },
  {
    name: 'hatchet',
    repository: 'hatchet-dev/hatchet',
    commit: '89d130f303c9',
    paths: ['cmd/hatchet-migrate/migrate/migrations'],
    layout: 'goose',
    platform: null,
    postgres: figures(180, 0, 0),
    upFiles: 224,
    statements: 1163,
    bookkeeping: [],
  },
  {
    name: 'penpot',
    repository: 'penpot/penpot',
    commit: '66bb6a11dfb1',
    paths: ['backend/src/app/migrations/sql'],
    layout: 'numbered',
    platform: null,
    postgres: figures(60, 0, 0),
    upFiles: 163,
    statements: 548,
    bookkeeping: [],
  },
]
