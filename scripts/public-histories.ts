import type { LayoutName } from '../src/replay/layouts/layout.ts'
import type { Platform } from '../src/tenancy/tenancy.ts'

/** A public history to hold the replay against. Its SQL is fetched, never committed. */
export interface PublicHistory {
  readonly name: string
  readonly repository: string
  readonly commit: string
  /** Folders or files to read, relative to the checked-out repository. */
  readonly paths: readonly string[]
  readonly layout: LayoutName
  readonly platform?: Platform
  /** SQL that stands before the history: what it takes for granted. */
  readonly before?: string
  /** Values that the tool puts in place of psql variables and templates. */
  readonly variables?: Readonly<Record<string, string>>
}

const supabaseRoles = 'create role anon; create role authenticated; create role service_role bypassrls;'

export const publicHistories: readonly PublicHistory[] = [
  {
    name: 'capgo',
    repository: 'Cap-go/capgo',
    commit: '4bc7d83f8515',
    paths: ['supabase/migrations'],
    layout: 'supabase',
    platform: 'supabase',
  },
  {
    name: 'liam',
    repository: 'liam-hq/liam',
    commit: '92156eac5ef4',
    paths: ['frontend/internal-packages/db/supabase/migrations'],
    layout: 'supabase',
    platform: 'supabase',
  },
  {
    name: 'basejump',
    repository: 'usebasejump/basejump',
    commit: 'cfaeaa314e2b',
    paths: ['supabase/migrations'],
    layout: 'supabase',
    platform: 'supabase',
  },
  {
    name: 'supabase-storage',
    before: supabaseRoles,
    repository: 'supabase/storage',
    commit: '4fa61fba9371',
    paths: ['migrations/tenant'],
    layout: 'numbered',
  },
  {
    name: 'supabase-auth',
    before: `${supabaseRoles} create schema auth;`,
    repository: 'supabase/auth',
    commit: 'bc32168e13fd',
    paths: ['migrations'],
    layout: 'golang-migrate',
    variables: { Namespace: 'auth' },
  },
  {
    name: 'buster-diesel',
    before: `${supabaseRoles} create schema auth; create table auth.users (id uuid primary key, email text, raw_user_meta_data jsonb);
      create schema supabase_functions;
      create function supabase_functions.http_request() returns trigger language plpgsql as 'begin return new; end';`,
    repository: 'buster-so/buster',
    commit: '8776476b2efd',
    paths: ['apps/api/migrations'],
    layout: 'diesel',
  },
  {
    name: 'buster-drizzle',
    repository: 'buster-so/buster',
    commit: '8776476b2efd',
    paths: ['packages/database/drizzle'],
    layout: 'drizzle',
    platform: 'supabase',
  },
  {
    name: 'maevsi',
    before: 'create extension postgis;',
    repository: 'maevsi/sqitch',
    commit: '400205454127',
    paths: ['src'],
    layout: 'sqitch',
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
  },
  {
    name: 'credebl',
    before: supabaseRoles,
    repository: 'credebl/platform',
    commit: '20add1bfa660',
    paths: ['libs/prisma-service/prisma/migrations'],
    layout: 'prisma',
  },
  {
    name: 'hatchet',
    repository: 'hatchet-dev/hatchet',
    commit: '89d130f303c9',
    paths: ['cmd/hatchet-migrate/migrate/migrations'],
    layout: 'goose',
  },
  {
    name: 'penpot',
    repository: 'penpot/penpot',
    commit: '66bb6a11dfb1',
    paths: ['backend/src/app/migrations/sql'],
    layout: 'numbered',
  },
  {
    name: 'amis',
    repository: '3bsolutionsltd/amis-multi-tenant',
    commit: '60962de4901a',
    paths: ['db/migrations'],
    layout: 'dbmate',
  },
  {
    name: 'fg-core',
    repository: 'Arescoreadmin/fg-core',
    commit: 'e23608c6e3d4',
    paths: ['migrations/postgres'],
    layout: 'numbered',
  },
  {
    name: 'synapse',
    repository: 'KKloudTarus/synapse-ce',
    commit: 'ca5b92c17f82',
    paths: ['migrations'],
    layout: 'numbered',
  },
  {
    name: 'lemmy',
    repository: 'LemmyNet/lemmy',
    commit: '439734dd638a',
    paths: ['migrations'],
    layout: 'diesel',
  },
  {
    name: 'permify',
    repository: 'Permify/permify',
    commit: 'e00d0522e2e5',
    paths: ['internal/storage/postgres/migrations'],
    layout: 'goose',
  },
  {
    name: 'alfio',
    repository: 'alfio-event/alf.io',
    commit: '61ee4309768b',
    paths: ['src/main/resources/alfio/db/PGSQL'],
    layout: 'flyway',
  },
  {
    name: 'conductor',
    repository: 'conductor-oss/conductor',
    commit: 'b54f0d4ee546',
    paths: ['postgres-persistence/src/main/resources/db/migration_postgres'],
    layout: 'flyway',
  },
  {
    name: 'e2b',
    repository: 'e2b-dev/infra',
    commit: '54693ff353d2',
    paths: ['packages/db/migrations'],
    layout: 'goose',
  },
  {
    name: 'ente',
    repository: 'ente-io/ente',
    commit: 'a621d733154a',
    paths: ['server/migrations'],
    layout: 'golang-migrate',
  },
  {
    name: 'siteproof',
    repository: 'juggajay/siteproof-v2',
    commit: '6aa4b8d1e4ff',
    paths: ['packages/database/migrations'],
    layout: 'numbered',
    platform: 'supabase',
  },
  {
    name: 'langfuse',
    repository: 'langfuse/langfuse',
    commit: '62751446149b',
    paths: ['packages/shared/prisma/migrations'],
    layout: 'prisma',
  },
  {
    name: 'open-bsp',
    repository: 'matiasbattocchia/open-bsp-api',
    commit: '59199861315e',
    paths: ['supabase/migrations'],
    layout: 'supabase',
    platform: 'supabase',
  },
  {
    name: 'chatbot-ui',
    repository: 'mckaywrigley/chatbot-ui',
    commit: '81328b61d2a4',
    paths: ['supabase/migrations'],
    layout: 'supabase',
    platform: 'supabase',
  },
  {
    name: 'hotel',
    repository: 'nachitoxx6262/Backend_Hotel',
    commit: 'c9321398427c',
    paths: ['migrations'],
    layout: 'numbered',
  },
  {
    name: 'openfga',
    repository: 'openfga/openfga',
    commit: 'da9354f7e670',
    paths: ['assets/migrations/postgres'],
    layout: 'goose',
  },
  {
    name: 'keto',
    before: 'create table networks (id uuid primary key);',
    repository: 'ory/keto',
    commit: 'e026d8391913',
    paths: ['internal/persistence/sql/migrations/sql'],
    layout: 'pop',
  },
  {
    name: 'argos-x',
    repository: 'rafaellacassani/argos-x',
    commit: '9e7765f43892',
    paths: ['supabase/migrations'],
    layout: 'supabase',
    platform: 'supabase',
  },
  {
    name: 'crates-io',
    repository: 'rust-lang/crates.io',
    commit: '57fa000662f5',
    paths: ['migrations'],
    layout: 'diesel',
  },
  {
    name: 'tambo',
    repository: 'tambo-ai/tambo-cloud',
    commit: 'de17167dcc39',
    paths: ['packages/db/migrations'],
    layout: 'drizzle',
    platform: 'supabase',
  },
  {
    name: 'rls-prisma',
    repository: 'sakshamatantstack/RLS-implementation-with-Prisma-and-Postgres',
    commit: '45f2318bddb0',
    paths: ['prisma/migrations'],
    layout: 'prisma',
  },
  {
    name: 'prismarls',
    repository: 'shoito/prismarls',
    commit: '7e448deaf6c7',
    paths: ['examples/prisma/migrations'],
    layout: 'prisma',
  },
  {
    name: 'boundary',
    repository: 'hashicorp/boundary',
    commit: '01cd5c86e860',
    paths: Array.from({ length: 105 }, (_, at) => `internal/db/schema/migrations/oss/postgres/${at}`),
    layout: 'golang-migrate',
  },
]
