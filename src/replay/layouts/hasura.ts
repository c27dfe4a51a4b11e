import type { Folder } from './folder.ts'
import type { Layout, Listing } from './layout.ts'
import { byNumber } from './natural-order.ts'
import { nextName } from './next-migration.ts'

const versioned = /^\d+_/

/** Hasura counts milliseconds; diesel writes dates. */
const inMilliseconds = /^\d{13}_/

/**
 * `migrations/<database>/<version>_name/up.sql` beside `down.sql`, by version; older ones without the folder of the database
 * (hasura/graphql-engine, cli/migrate/source/file/file.go and parse.go). Hasura gives each a connection of its pool and a transaction; what an earlier one has
 * set is taken to be gone. A first line `-- hasura:no-transaction` takes the transaction away. diesel has folders of such names too: versions of 13 digits
 * tell, or the `config.yaml` of Hasura.
 */
export const hasura: Layout = {
  name: 'hasura',
  session: 'new',
  transaction: 'around',
  detect: (folder) => databaseIn(folder) !== null,
  list(folder): Listing {
    const path = databaseIn(folder) ?? ''
    const database = path.split('/').reduce((at, name) => (name === '' ? at : at.child(name)), folder)
    const up = migrationsIn(database)
      .sort((a, b) => byNumber(versionOf(a), versionOf(b)))
      .map((name) => `${path}${name}/up.sql`)
    const reason = (file: string) => {
      if (!file.startsWith(path)) return 'is not among the migrations'
      return file.endsWith('/down.sql') ? 'is a down part' : 'is not the up.sql of a <version>_name'
    }
    return { up, unread: folder.unread(up, reason) }
  },
  transactionOf: (folder, file) =>
    /^[ \t]*-- hasura:no-transaction\s*$/.test(folder.text(file).split('\n')[0] ?? '')
      ? 'one-message'
      : undefined,
  next(folder, draft) {
    const path = databaseIn(folder) ?? ''
    const names = hasura.list(folder).up.map((file) => file.slice(path.length, -'/up.sql'.length))
    const name = nextName(['1000000000000_first', ...names], draft)
    return [
      { file: `${path}${name}/up.sql`, text: draft.up },
      { file: `${path}${name}/down.sql`, text: draft.down },
    ]
  },
}

/** Where in a folder the migrations of its one database are, with `/` at the end; '' for the folder itself, null for nowhere. */
function databaseIn(folder: Folder): string | null {
  if (isDatabase(folder)) return ''
  const databases = folder.folders.filter((name) => isDatabase(folder.child(name)))
  if (databases.length === 1) return `${databases[0]}/`
  if (databases.length > 1 || !folder.has('config.yaml') || !folder.folders.includes('migrations'))
    return null
  const below = databaseIn(folder.child('migrations'))
  return below === null ? null : `migrations/${below}`
}

function isDatabase(folder: Folder): boolean {
  const migrations = migrationsIn(folder)
  if (migrations.length === 0) return false
  return migrations.every((name) => inMilliseconds.test(name)) || isOfProject(folder)
}

function migrationsIn(folder: Folder): string[] {
  return folder.folders.filter((name) => versioned.test(name) && folder.child(name).has('up.sql'))
}

/** Whether a `config.yaml` of Hasura stands beside the folder `migrations`. */
function isOfProject(folder: Folder): boolean {
  const migrations = folder.name === 'migrations' ? folder : folder.parent
  if (migrations.name !== 'migrations' || !migrations.parent.has('config.yaml')) return false
  return /^(?:metadata_directory|endpoint):/m.test(migrations.parent.text('config.yaml'))
}

function versionOf(folder: string): string {
  return /^\d+/.exec(folder)?.[0] ?? ''
}
