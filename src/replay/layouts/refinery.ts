import { flywayName } from './flyway.ts'
import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'
import { byCharacter, byNumber } from './natural-order.ts'
import { nextName } from './next-migration.ts'
import { dependsOn } from './project-manifest.ts'

const named = /^([UV])(\d+)__[\p{L}\p{M}\p{N}\p{Pc}]+\.(?:sql|rs)$/u

interface Named {
  readonly file: string
  readonly kind: string
  readonly version: string
}

/**
 * `V1__name.sql`, `U2__name.sql` and migrations in Rust of such names, in subfolders too, by version. `U` does not undo: such a file is
 * applied even where a later one was applied already. Of one version there is one (refinery_core/src/util.rs, traits/mod.rs). All run on one
 * connection, and nothing is put back between them. Flyway names its files so too, and undoes with `U`: Cargo.toml tells, a migration in
 * Rust, or a `U` of a version that no `V` has.
 */
export const refinery: Layout = {
  name: 'refinery',
  session: 'same',
  transaction: 'around',
  detect(folder) {
    const migrations = folder.files.flatMap((file) => parseName(file) ?? [])
    if (migrations.length === 0) return false
    if (migrations.some(({ file }) => file.endsWith('.rs')) || dependsOn(folder, 'Cargo.toml', 'refinery'))
      return true
    const versions = new Set(migrations.flatMap(({ kind, version }) => (kind === 'V' ? version : [])))
    const isFlyway = folder.files.some((file) => /^[BR]/.test(file) && flywayName.test(file))
    return !isFlyway && migrations.some(({ kind, version }) => kind === 'U' && !versions.has(version))
  },
  list(folder) {
    const migrations = migrationsIn(folder)
    const twice = new Map(
      migrations.flatMap((one, at) => {
        const first = migrations[at - 1]
        return first !== undefined && byNumber(first.version, one.version) === 0
          ? [[one.file, first.file]]
          : []
      }),
    )
    const up = migrations.map(({ file }) => file).filter((file) => !twice.has(file))
    const unread = folder.unread(up, (file) =>
      twice.has(file)
        ? `has the version of ${twice.get(file)}, for which refinery refuses both`
        : 'is not named as a migration of refinery',
    )
    return { up, unread }
  },
  next(folder, draft) {
    const migrations = migrationsIn(folder)
    const last = migrations.at(-1)?.file ?? ''
    const name = nextName(['V0__first', ...migrations.map(({ version }) => `V${version}__x`)], draft)
    return [{ file: `${last.slice(0, last.lastIndexOf('/') + 1)}${name}.sql`, text: draft.up }]
  },
}

/** By version; of one version the `V` first. */
function migrationsIn(folder: Folder): Named[] {
  return [...folder.allFiles()]
    .flatMap((file) => parseName(file) ?? [])
    .sort(
      (a, b) => byNumber(a.version, b.version) || byCharacter(b.kind, a.kind) || byCharacter(a.file, b.file),
    )
}

function parseName(file: string): Named | null {
  const match = named.exec(file.slice(file.lastIndexOf('/') + 1))
  return match === null ? null : { file, kind: match[1] ?? '', version: match[2] ?? '' }
}
