import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { commandsShown, filesShown } from '../../scripts/doc-example.ts'
import { scratchProject } from './scratch-project.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/kysely.md'), 'utf8')
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

/** The page imports from `kysely` what newer versions have elsewhere, and says so. */
test.skipIf(process.env.RINGFENCE_TEST_KYSELY)(
  'the example of the page does in an empty project what the page says',
  async () => {
    const files = filesShown(page)
    expect([...files.keys()]).toEqual([
      'tenancy.ts',
      'migrations/001_tenancy.ts',
      'migrations/002_invoices.ts',
      'migrations/003_exports.ts',
      'try.ts',
    ])
    const project = scratchProject(inject('cli'))
    onTestFinished(() => project.destroy())
    for (const [name, text] of files) project.write(name, text)

    const [, start] = commandsShown(page)
    const [command, ...args] = (start ?? '').split(' ')
    expect(command).toBe('node')
    const { status, output } = await project.run(args)

    expect(output).toContain("[ '001_tenancy', '002_invoices' ]")
    expect(output).toContain('MigrationRefused: 003_exports, up(): ')
    expect(output).toContain('public.exports has no row security')
    expect(output).toMatch(/migrations\/003_exports\.ts:\d/)
    expect(output.match(/^Tenant .* sees 1 invoice$/gm)).toHaveLength(2)
    expect(status).toBe(0)
    for (const line of outputShown(page)) expect(output).toContain(line)
  },
)

test.each(['kysely.config.ts', 'ringfence.config.ts'])('the page shows the %s of the example', (name) => {
  const example = join(import.meta.dirname, '../../migrations-example/kysely', name)
  expect(page).toContain(`\`\`\`ts\n${readFileSync(example, 'utf8')}\`\`\``)
})

test.skipIf(process.env.RINGFENCE_TEST_KYSELY)(
  'the first example of the README prints in an empty project what the README shows',
  async () => {
    const project = scratchProject(inject('cli'))
    onTestFinished(() => project.destroy())
    for (const [name, text] of filesShown(readme)) project.write(name, text)
    const [first] = commandsShown(readme)
    const [command, ...args] = first?.split('\n').at(-1)?.split(' ') ?? []
    expect(command).toBe('node')
    const { status, output } = await project.run(args)
    expect(output.trimEnd().split('\n')).toEqual(outputShown(readme))
    expect(status).toBe(0)
  },
)

/** What the page says that its example prints. */
function outputShown(text: string): readonly string[] {
  const [, block = ''] = text.split('```text\n')
  return block.slice(0, block.indexOf('\n```')).split('\n')
}
