import fc from 'fast-check'
import { loadModule, scanSync } from 'libpg-query'
import { beforeAll, expect, test } from 'vitest'
import { commentsOf } from '../../src/sql/comments.ts'

beforeAll(loadModule)

function comments(text: string): string[] {
  return [...commentsOf(text, { start: 0, end: text.length })].map(({ start, end }) => text.slice(start, end))
}

/** What PostgreSQL's scanner calls comments; null where it refuses the text. */
function scanned(text: string): string[] | null {
  try {
    const { tokens } = scanSync(text)
    return tokens.flatMap(({ tokenName, start, end }) =>
      /^(?:SQL|C)_COMMENT$/.test(tokenName) ? [text.slice(start, end)] : [],
    )
  } catch {
    return null
  }
}

test('a line comment ends before its line does, and a block comment holds others', () => {
  expect(comments('a -- b\r\n/* c /* d */ e */--f')).toEqual(['-- b', '/* c /* d */ e */', '--f'])
})

test('a comment that is not closed reaches to the end', () => {
  expect(comments('a /* b')).toEqual(['/* b'])
})

test('comments are those of the scanner of PostgreSQL, whatever stands around them', () => {
  const pieces = [
    '--',
    '/*',
    '*/',
    "'",
    "e'",
    '"',
    '$$',
    '$a$',
    '\\',
    '\n',
    '\r',
    ' ',
    '\t',
    'a',
    '1',
    ';',
    '<',
    '-',
    '*',
    '/',
    "''",
  ]
  let compared = 0
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (texts) => {
      const text = texts.join('')
      const expected = scanned(text)
      if (expected === null) return
      compared++
      expect(comments(text)).toEqual(expected)
    }),
    { numRuns: 3_000 },
  )
  expect(compared).toBeGreaterThan(500)
})
