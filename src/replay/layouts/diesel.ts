import type { Layout } from './layout.ts'
import { byCharacter } from './natural-order.ts'
import { nextName, stemOf } from './next-migration.ts'

/**
 * A folder for each migration with `up.sql` and `down.sql` in it, by version: what stands before the first `_`, dashes left out.
 * A `metadata.toml` with `run_in_transaction = false` takes the transaction away.
 * diesel runs them over one connection and puts the search_path back after each (diesel_migrations/src/migration_harness.rs,
 * since June 2026; earlier ones put nothing back).
 */
export const diesel: Layout = {
  name: 'diesel',
  session: ['search_path'],
  transaction: 'around',
  detect: (folder) => folder.folders.some((name) => folder.child(name).has('up.sql')),
  list(folder) {
    const up = [...folder.folders]
      .filter((name) => folder.child(name).has('up.sql'))
      .sort((a, b) => byCharacter(versionOf(a), versionOf(b)) || byCharacter(a, b))
      .map((name) => `${name}/up.sql`)
    const reason = (file: string) => (file.endsWith('/down.sql') ? 'is a down part' : 'is not an up.sql')
    return { up, unread: folder.unread(up, reason) }
  },
  transactionOf(folder, file) {
    const metadata = file.replace(/up\.sql$/, 'metadata.toml')
    const isOutside =
      folder.has(metadata) && /^\s*run_in_transaction\s*=\s*false\b/m.test(folder.text(metadata))
    return isOutside ? 'one-message' : undefined
  },
  next(folder, draft) {
    const names = diesel.list(folder).up.map((file) => stemOf(file, '/up.sql'))
    const name = nextName(['2000-01-01-000000_first', ...names], draft)
    return [
      { file: `${name}/up.sql`, text: draft.up },
      { file: `${name}/down.sql`, text: draft.down },
    ]
  },
}

function versionOf(folder: string): string {
  return (folder.split('_')[0] ?? '').replaceAll('-', '')
}
