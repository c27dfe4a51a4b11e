import { expect, test } from 'vitest'
import { checkPage, paragraphs } from '../../src/report/check-page.ts'

test('a text broken and indented as code is becomes one line for each paragraph', () => {
  expect(paragraphs('\n    The owner is\n    not bound.\n\n    Force it.\n')).toEqual([
    'The owner is not bound.',
    'Force it.',
  ])
})

test('a page has no line of prose past 100 columns and shows each example with what it finds', () => {
  const page = checkPage({
    id: 'some-check',
    severity: 'error',
    title: 'A title',
    rationale: 'word '.repeat(60),
    accept: 'Never.',
    bad: [{ name: 'a bad one', sql: ['select 1;', 'select 2;'], finds: ['public.t'] }],
    good: [{ name: 'a good one', sql: 'select 3;' }],
  })
  expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  expect(page).toContain('Finds public.t: a bad one\n\n    select 1;\n\n    select 2;')
  expect(page).toContain('When to accept it: Never.')
})
