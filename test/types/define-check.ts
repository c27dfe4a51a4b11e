import { defineCheck } from '../../src/checks/define-check.ts'

const texts = {
  id: 'some-defect',
  title: 'Some defect',
  rationale: 'It leaks.',
  accept: 'Never.',
  good: [{ name: 'without it', sql: 'select 1' }],
  *find() {},
} as const
const shown = { name: 'with it', sql: 'select 2', finds: ['app.t'], leaks: 'select * from app.t' } as const
const claimed = { name: 'with it', sql: 'select 2', finds: ['app.t'] } as const

defineCheck({ ...texts, severity: 'error', bad: [shown] })
defineCheck({ ...texts, severity: 'error', rule: 'not forced', bad: [claimed] })
defineCheck({ ...texts, severity: 'warning', bad: [claimed] })

// @ts-expect-error An error shows a foreign row or says by which rule it is one.
defineCheck({ ...texts, severity: 'error', bad: [claimed] })
// @ts-expect-error One example that leaks doesn't speak for another.
defineCheck({ ...texts, severity: 'error', bad: [shown, claimed] })
// @ts-expect-error The list of rules is closed.
defineCheck({ ...texts, severity: 'error', rule: 'because', bad: [claimed] })
// @ts-expect-error A check has an example.
defineCheck({ ...texts, severity: 'warning', bad: [] })
// @ts-expect-error An example finds something.
defineCheck({ ...texts, severity: 'warning', bad: [{ ...claimed, finds: [] }] })
// @ts-expect-error A check has an example that it lets pass.
defineCheck({ ...texts, severity: 'warning', bad: [claimed], good: [] })
// @ts-expect-error Some source shows it.
defineCheck({ ...texts, severity: 'warning', bad: [claimed], sources: [] })
