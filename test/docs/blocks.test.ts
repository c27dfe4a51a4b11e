import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { blocksOfPages } from '../../scripts/doc-blocks.ts'
import { parseConfig } from '../../src/config/parse-config.ts'
import { loadParser, parseStatements } from '../../src/sql/parse.ts'

beforeAll(loadParser)

const blocks = blocksOfPages()
const inLanguage = (name: string) => blocks.filter(({ language }) => language === name)

test.each(inLanguage('sql'))('the SQL of $page:$line is what PostgreSQL reads', ({ text }) => {
  const refused = parseStatements(text).flatMap((one) => ('error' in one ? one.error : []))
  expect(refused).toEqual([])
})

/** `json` blocks show configs, but for that of the page on reports. */
test.each(inLanguage('json').filter(({ page }) => page !== 'docs/json.md'))(
  'the config of $page:$line is taken',
  ({ text, page }) => {
    const raw = { value: JSON.parse(text) as unknown, placeOf: () => null }
    expect(() => parseConfig(raw, page)).not.toThrow()
  },
)

test.each(inLanguage('yaml'))('the YAML of $page:$line is read', ({ text }) => {
  expect(parse(text)).toBeTypeOf('object')
})

test('each language of a block is one that is tried', () => {
  const tried = ['', 'js', 'json', 'sh', 'sql', 'text', 'toml', 'ts', 'yaml']
  const others = blocks.filter(({ language }) => !tried.includes(language))
  expect(others.map(({ page, line, language }) => `${page}:${line} ${language}`)).toEqual([])
})
