import { expect, test } from 'vitest'
import { callExtent } from '../../../src/kysely/collect/call-extent.ts'

const program = `export async function up(db) {
  await db.schema
    .createTable('a)b')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .execute()
  await sql\`
    alter table x (
  \`.execute(db)
  for (const one of all) await one.run()
  await Promise.all([db.first(), db.second()])
}
`

test.each([
  [
    'a chain',
    '.execute()\n  await sql',
    "await db.schema\n    .createTable('a)b')\n    .addColumn('id', 'uuid', (c) => c.primaryKey())\n    .execute()",
  ],
  ['a template with an open bracket', '.execute(db)', 'await sql`\n    alter table x (\n  `.execute(db)'],
  ['the body of a loop', 'one.run', 'for (const one of all) await one.run()'],
  ['a call among others', 'db.second', 'db.second()])'],
])('a call in %s is shown from its first line on', (_, call, shown) => {
  const { start, end } = callExtent(program, program.indexOf(call) + 1)
  expect(program.slice(start, end)).toBe(shown)
})

test('a call whose beginning is not found is shown as its line', () => {
  const text = "it's open\n  call()\n"
  const { start, end } = callExtent(text, text.indexOf('call'))
  expect(text.slice(start, end)).toBe('call()')
})
