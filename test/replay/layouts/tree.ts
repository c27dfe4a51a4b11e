import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { InputError } from '../../../src/findings/input-error.ts'
import { type MigrationsInput, readMigrations } from '../../../src/replay/layouts/read-migrations.ts'
import type { Migration } from '../../../src/replay/migration.ts'

/** Writes files into a temporary folder that goes with the test; returns the folder. */
export function tree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ringfence-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), content)
  }
  return root
}

/** What is replayed: `file: SQL` of each part, blanks taken off. */
export function replayed(migrations: readonly Migration[]): string[] {
  return migrations.flatMap(({ file, text, parts }) =>
    parts.flatMap((part): string[] => {
      if (part.kind === 'include') return replayed([part.migration])
      if (part.kind === 'substituted') return [`${file}: ${part.sql.trim()}`]
      const written = text.slice(part.start, part.end).trim()
      if (part.kind === 'unreadable') return [`${file}: unreadable: ${part.reason}`]
      return written === '' ? [] : [`${file}: ${written}`]
    }),
  )
}

/** Reads inputs in a folder: which layouts were found, which files are replayed in which order, and which are not. */
export function read(root: string, ...inputs: (string | MigrationsInput)[]) {
  const all = inputs.map((input) => (typeof input === 'string' ? { path: input } : input))
  const { migrations, layouts } = readMigrations(all, { cwd: root })
  return {
    migrations,
    layouts: layouts.map(({ layout, path, files }) => `${layout} ${path} ${files}`),
    files: migrations.map(({ file }) => file),
    sql: replayed(migrations),
    unread: Object.fromEntries(
      layouts.flatMap(({ unread }) => unread.map(({ file, reason }) => [file, reason])),
    ),
    session: migrations[0]?.session,
  }
}

/** The error that reading gives, as the command line shows it. */
export function refusal(root: string, ...inputs: (string | MigrationsInput)[]): string {
  try {
    read(root, ...inputs)
  } catch (error) {
    if (error instanceof InputError)
      return [error.file, error.line, error.message].filter((one) => one !== null).join(': ')
    throw error
  }
  throw new Error('nothing was refused')
}
