import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../src/config/json.ts'
import { InputError } from '../../src/findings/input-error.ts'

function refusal(text: string): string {
  try {
    parseJson('c.json', text)
  } catch (error) {
    if (error instanceof InputError) return `${error.line}:${error.column} ${error.message}`
    throw error
  }
  return 'none'
}

test('any JSON value reads as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.nat(4), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      expect(parseJson('c.json', text).value).toEqual(JSON.parse(text))
    }),
  )
})

test('any text is refused with a place or read as JSON.parse reads it', () => {
  const piece = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '1', '-', 'true', ' ', '\n', '"', '\\')
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      if (refusal(text) === 'none') expect(parseJson('c.json', text).value).toEqual(JSON.parse(text))
      else if (!refusal(text).includes('twice')) expect(() => JSON.parse(text)).toThrow(SyntaxError)
    }),
  )
})

describe('a mistake is told with its line and column', () => {
  test.each([
    ['{\n  "a": 1,\n}', '3:1 a key in double quotes is expected'],
    ['{\n  "a" 1\n}', '2:7 a colon is expected'],
    ['[1 2]', '1:4 a comma or "]" is expected'],
    ['{"a": 1, "a": 2}', '1:10 the key "a" is written twice'],
    ['{"a": }', '1:7 a value is expected, not "}"'],
    ['', '1:1 the document ends where a value is expected'],
    ['{} {}', '1:4 nothing may follow the end of the document'],
    ['{"a": "\\x"}', '1:7 "\\x" is no JSON'],
    ['// no\n{}', '1:1 this is no JSON'],
  ])('%j', (text, expected) => {
    expect(refusal(text)).toBe(expected)
  })

  test('ten thousand brackets', () => {
    expect(refusal('['.repeat(100_000))).toContain('nested too deeply')
  })
})

test('a member is found by its path, and an absent one by what stands around it', () => {
  const { offsetOf } = parseJson('c.json', '{ "a": [ { "b": 1 } ] }')
  expect(offsetOf(['a', 0, 'b'])).toBe(11)
  expect(offsetOf(['a', 0, 'c'])).toBe(9)
  expect(offsetOf(['x'])).toBe(0)
})
