import type { Migration, MigrationPart } from '../src/replay/migration.ts'
import type { FileStatement } from '../src/run/apply/statements-of.ts'
import type { Span } from '../src/sql/split.ts'

/** The histories without statements that a server refused, which are then as if they were not there. */
export function withoutRefused(
  migrations: readonly Migration[],
  refused: readonly Pick<FileStatement, 'file' | 'start' | 'end'>[],
): Migration[] {
  return migrations.map((migration) => {
    const own = refused.filter(({ file }) => file === migration.file)
    return { ...migration, parts: migration.parts.flatMap((part) => cut(part, own, refused)) }
  })
}

function cut(
  part: MigrationPart,
  own: readonly Span[],
  refused: readonly Pick<FileStatement, 'file' | 'start' | 'end'>[],
): MigrationPart[] {
  switch (part.kind) {
    case 'include': {
      const [migration = part.migration] = withoutRefused([part.migration], refused)
      return [{ ...part, migration }]
    }
    case 'sql': {
      const parts: MigrationPart[] = []
      let start = part.start
      for (const span of own) {
        if (span.start < part.start || span.end > part.end) continue
        parts.push({ kind: 'sql', start, end: span.start })
        start = span.end
      }
      return [...parts, { kind: 'sql', start, end: part.end }]
    }
    default:
      return own.some(({ start }) => start === part.start) ? [] : [part]
  }
}
