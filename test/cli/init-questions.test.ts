import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { Questions } from '../../src/cli/init-questions.ts'
import type { OpenQuestions } from '../../src/run/init/propose-tenancy.ts'

const down = '\u001b[B'
const enter = '\r'

/** Asks somebody who presses these keys, one after another; what is shown, and what comes of it. */
async function asked<Answer>(
  keys: readonly string[],
  ask: (questions: Questions) => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly shown: string }> {
  const [input, output] = [new PassThrough(), new PassThrough()]
  let shown = ''
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
  })
  const answering = ask(new Questions({ input, output }))
  for (const key of keys) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    input.write(key)
  }
  return { answer: await answering, shown }
}

const histories = [
  { path: 'a/migrations', layout: 'numbered', files: 1 },
  { path: 'b/migrations', layout: 'dbmate', files: 12 },
] as const

const open: OpenQuestions = {
  tenantKeys: [
    { column: 'org_id', tables: 1, referring: 1, relation: 'public.orgs', isUsual: true },
    { column: 'project_id', tables: 5, referring: 4, relation: 'public.projects', isUsual: false },
  ],
  tenantKey: 'org_id',
  isEvident: false,
  appRoles: [
    { name: 'app_user', policies: 0, tables: 3, privileges: ['select'] },
    { name: 'reporter', policies: 0, tables: 2, privileges: ['select'] },
  ],
  tables: 6,
}

it('lets one history be chosen of several', async () => {
  const { answer, shown } = await asked([down, enter], (questions) => questions.history(histories))
  expect(answer).toBe('b/migrations')
  expect(shown).toContain('12 files, dbmate')
})

it('asks for the tenant key and the roles, and takes what is chosen', async () => {
  const { answer, shown } = await asked(['\u001b[A', enter, ' ', enter], (questions) =>
    questions.tenancy(open),
  )
  expect(answer).toEqual({ tenantKey: 'project_id', appRoles: ['app_user'] })
  expect(shown).toContain('5 of 6 tables have it, 4 as a foreign key to public.projects.')
})

it('takes nothing for told where none is chosen', async () => {
  const { answer } = await asked([down, enter, enter], (questions) => questions.tenancy(open))
  expect(answer).toEqual({})
})

it('asks nothing that the migrations tell', async () => {
  const { answer, shown } = await asked([], (questions) =>
    questions.tenancy({ ...open, isEvident: true, appRoles: [] }),
  )
  expect({ answer, shown }).toEqual({ answer: {}, shown: '' })
})

it('shows names of the migrations without what would steer a terminal', async () => {
  const path = 'a\u001b]0;x\u0007/migrations'
  const { shown } = await asked([enter], (questions) =>
    questions.history([{ path, layout: 'numbered', files: 1 }, histories[1]]),
  )
  expect(shown).not.toContain('\u001b]0;')
})

it('stops without an answer where somebody interrupts', async () => {
  await expect(asked(['\u0003'], (questions) => questions.job('github'))).rejects.toThrow(
    'stopped; nothing was written',
  )
})
