import { splitStatements } from '../../sql/split.ts'
import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'
import { nextName } from './next-migration.ts'

/**
 * Migrations in TypeScript or JavaScript for Kysely, as its FileMigrationProvider finds them: every program of the folder, in the order of
 * `localeCompare` (kysely/src/migration/migrator.ts); folders in it are not looked into. All pending migrations run in one transaction.
 * What a program sends is told by running it; see `Migration.isKysely`.
 */
export const kysely: Layout = {
  name: 'kysely',
  session: 'same',
  transaction: 'history',
  detect: (folder) =>
    folder.sqlFiles.length === 0 && programsIn(folder).some((file) => mentionsKysely(folder.text(file))),
  list(folder) {
    const up = programsIn(folder).sort((a, b) => a.localeCompare(b))
    return { up, unread: folder.unread(up, () => 'is SQL, and Kysely runs programs') }
  },
  next(folder, draft) {
    const { up } = kysely.list(folder)
    const ending = /\.\w+$/.exec(up.at(-1) ?? '')?.[0] ?? '.ts'
    const name = nextName(['20000101000000_first', ...up.map((file) => file.replace(/\.\w+$/, ''))], draft)
    return [{ file: `${name}${ending}`, text: draft.program ?? sqlProgram(draft.up, draft.down, ending) }]
  },
}

function programsIn(folder: Folder): string[] {
  return folder.files.filter((file) => /\.(?:[mc]?ts|[mc]?js)$/.test(file) && !/\.d\.[mc]?ts$/.test(file))
}

/** Whether a program imports Kysely, or what goes with it. */
export function mentionsKysely(text: string): boolean {
  return /['"](?:ringfence\/)?kysely['"]/.test(text)
}

/** A program that sends SQL as it stands, statement by statement. */
function sqlProgram(up: string, down: string, ending: string): string {
  const isTyped = /^\.[mc]?ts$/.test(ending)
  const database = isTyped ? 'db: Kysely<unknown>): Promise<void>' : 'db)'
  return `import { ${isTyped ? 'type Kysely, ' : ''}sql } from 'kysely'

export async function up(${database} {
${sending(up)}}

export async function down(${sending(down).includes('db') ? database : database.replace('db', '_db')} {
${sending(down)}}
`
}

/** The calls that send the statements, with the comments before each as comments of the program. */
function sending(sql: string): string {
  return splitStatements(sql)
    .map(({ start, end }) => {
      const lines = sql.slice(start, end).trim().split('\n')
      const first = lines.findIndex((line) => !line.startsWith('--'))
      const comments = lines.slice(0, first < 0 ? lines.length : first)
      const statement = (first < 0 ? [] : lines.slice(first)).join('\n').replace(/;$/, '')
      const said = comments.map((line) => `  //${line.slice(2)}\n`).join('')
      return statement.trim() === '' ? said : `${said}  await sql\`${escaped(statement)}\`.execute(db)\n`
    })
    .join('')
}

/** In a template literal. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`]|\$\{/g, (sign) => `\\${sign}`)
}
