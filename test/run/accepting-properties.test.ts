import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accepting, open, Project } from './accepting.ts'

const steps = [
  open('t'),
  'drop table if exists public.t;',
  'alter table if exists public.t enable row level security, force row level security;',
  'alter table if exists public.t disable row level security;',
  'select 1;',
  accepting('row-security-not-enabled on public.t because x'),
  accepting('row-security-disabled on public.t because x'),
  accepting('no-policy on public.t because x until 2020-01-01'),
  accepting('no-policy on public.t because x'),
]

const histories = fc.array(
  fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 3 }).map((texts) => texts.join('\n')),
  { minLength: 2, maxLength: 5 },
)

interface Told {
  readonly name: string
  readonly file: string | null
}

/** What is told of the history and not mended in it, but for what is wrong with comments. */
async function told(project: Project, paths: readonly string[] = []): Promise<Told[]> {
  const { result } = await project.check({ paths })
  return result.findings
    .filter(({ check, repairedBy }) => repairedBy === null && !check.startsWith('suppression-'))
    .map(({ check, subject, file }) => ({ name: `${check} ${subject}`, file }))
}

function projectOf(files: readonly string[]): Project {
  return new Project(Object.fromEntries(files.map((text, at) => [`${at + 1}.sql`, text])))
}

test('a file alone is told what the whole history is, whichever comments there are', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (files) => {
      const project = projectOf(files)
      const whole = await told(project)
      for (const at of files.keys()) {
        const file = `m/${at + 1}.sql`
        const alone = (await told(project, [file])).map(({ name }) => name)
        expect(alone).toEqual(
          expect.arrayContaining(whole.filter((one) => one.file === file).map(({ name }) => name)),
        )
        expect(whole.map(({ name }) => name)).toEqual(expect.arrayContaining(alone))
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)

test('comments hide what they name, and bring nothing to light', async () => {
  const without = (text: string) => text.replace(/^--.*$/gm, '')
  await fc.assert(
    fc.asyncProperty(histories, async (files) => {
      const all = (await told(projectOf(files.map(without)))).map(({ name }) => name)
      const left = (await told(projectOf(files))).map(({ name }) => name)
      expect(all).toEqual(expect.arrayContaining(left))
      const named = files.join('\n')
      for (const name of all.filter((one) => !left.includes(one))) {
        expect(named).toContain(`accept ${name.replace(' ', ' on ')} because x\n`)
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)
