import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'
import { byCharacter } from './natural-order.ts'
import { nextName } from './next-migration.ts'
import { dependsOn } from './project-manifest.ts'

const named = /^(\d+)_([^.]+?)(?:\.(?!autocommit\.)([a-z0-9]+))?(?:\.autocommit)?\.(up|down)\.(sql|fizz)$/

/** What pop calls databases in names, and what they are. */
const databases: Readonly<Record<string, string>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  pg: 'postgres',
  pgx: 'postgres',
  cockroach: 'cockroach',
  cockroachdb: 'cockroach',
  crdb: 'cockroach',
  mysql: 'mysql',
  mariadb: 'mariadb',
  sqlite: 'sqlite3',
  sqlite3: 'sqlite3',
}

const modules = ['github.com/gobuffalo/pop', 'github.com/ory/x']

interface Named {
  readonly file: string
  readonly version: string
  /** What the name says of the database, as pop calls it; null where it says nothing. */
  readonly database: string | null
  readonly direction: string
}

/**
 * `<version>_name.up.sql`, for one database `<version>_name.postgres.up.sql`, and `<version>_name.up.fizz`, in subfolders too, by version as a string. Of
 * one version one file is run, that for the database before that for all (gobuffalo/pop, migrator.go and migration_info.go). SQL files are Go
 * templates. Each has a transaction, unless its name says `.autocommit` (ory/x, popx/match.go). They run on one pool, which is taken to give the
 * same connection again. fizz is a language of its own, which is not read.
 */
export const pop: Layout = {
  name: 'pop',
  session: 'same',
  transaction: 'around',
  placeholders: 'go-template',
  detect(folder) {
    const migrations = folder.files.flatMap((file) => parseName(file) ?? [])
    if (migrations.some(({ file, database }) => database !== null || file.endsWith('.fizz'))) return true
    return migrations.length > 0 && modules.some((name) => dependsOn(folder, 'go.mod', name))
  },
  list(folder) {
    const candidates = candidatesIn(folder)
    const chosen = new Map<string, string>()
    for (const { version, file } of candidates) if (!chosen.has(version)) chosen.set(version, file)
    const up = candidates.flatMap(({ version, file }) => (chosen.get(version) === file ? file : []))
    const unread = [...folder.allFiles()].filter(
      (file) => /\.(?:sql|fizz)$/i.test(file) && !up.includes(file),
    )
    return { up, unread: unread.map((file) => ({ file, reason: reasonUnread(file, chosen) })) }
  },
  transactionOf: (_, file) => (file.includes('.autocommit.') ? 'one-message' : undefined),
  next(folder, draft) {
    const candidates = candidatesIn(folder)
    const name = nextName(['20000101000000_first', ...candidates.map(({ version }) => `${version}_x`)], draft)
    const isOfSeveral = [...folder.allFiles()].some((file) => (parseName(file)?.database ?? null) !== null)
    const database = isOfSeveral ? '.postgres' : ''
    return [
      { file: `${name}${database}.up.sql`, text: draft.up },
      { file: `${name}${database}.down.sql`, text: draft.down },
    ]
  },
}

/** What may be run on PostgreSQL, in the order in which pop goes through it. */
function candidatesIn(folder: Folder): Named[] {
  return [...folder.allFiles()]
    .flatMap((file) => parseName(file) ?? [])
    .filter(({ direction, database }) => direction === 'up' && (database ?? 'postgres') === 'postgres')
    .sort(
      (a, b) =>
        byCharacter(a.version, b.version) ||
        Number(a.database === null) - Number(b.database === null) ||
        byCharacter(a.file, b.file),
    )
}

function reasonUnread(file: string, chosen: ReadonlyMap<string, string>): string {
  const name = parseName(file)
  if (name === null) return 'is not named as a migration of pop'
  if (name.direction === 'down') return 'is a down part'
  if (name.database !== null && name.database !== 'postgres')
    return `is for another database, ${name.database}`
  return `has the version of ${chosen.get(name.version)}, which pop runs in its place`
}

function parseName(file: string): Named | null {
  const match = named.exec(file.slice(file.lastIndexOf('/') + 1))
  if (match === null) return null
  const database = match[3] === undefined ? null : databases[match[3]]
  return database === undefined
    ? null
    : { file, version: match[1] ?? '', database, direction: match[4] ?? '' }
}
