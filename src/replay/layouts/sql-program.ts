import { splitStatements } from '../../sql/split.ts'

/** A program that sends SQL as it stands, statement by statement. */
export function sqlProgram(up: string, down: string, ending: string): string {
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
