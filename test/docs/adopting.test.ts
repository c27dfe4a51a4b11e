import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkIds } from '../../src/checks/index.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { writtenSuppressions } from '../../src/findings/written-suppressions.ts'
import { commentsOf } from '../../src/sql/comments.ts'

const pages = ['adopting', 'config'].map((name) =>
  readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'),
)

/** The blocks of a language, of both pages. */
function blocks(language: string): string[] {
  return pages.flatMap((page) =>
    page
      .split(`\`\`\`${language}\n`)
      .slice(1)
      .map((rest) => rest.slice(0, rest.indexOf('\n```'))),
  )
}

test('the comments that are shown can be read', () => {
  const said = blocks('sql').flatMap((text) =>
    writtenSuppressions(text, commentsOf(text, { start: 0, end: text.length }), checkIds),
  )
  expect(said.map((one) => one.said)).toEqual([
    {
      check: 'row-security-not-enabled',
      subject: 'public.countries',
      reason: 'ISO reference data',
      until: '2027-06-30',
    },
  ])
})

test('the configs that are shown are accepted', () => {
  const configs = blocks('json').map((text) =>
    parseConfig({ value: JSON.parse(text), placeOf: () => null }, 'c.json'),
  )
  expect(configs.map(({ baseline, paths }) => [baseline, paths.length])).toEqual([
    ['ringfence-baseline.json', 0],
    [null, 1],
    ['ringfence-baseline.json', 1],
  ])
})
