import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Utf8Offsets, utf16OfCharacter } from '../../src/sql/offsets.ts'

const texts = fc
  .string({ unit: 'binary', maxLength: 200 })
  .chain((text) => fc.integer({ min: 1, max: 40 }).map((times) => text.repeat(times)))

describe('Utf8Offsets', () => {
  it('agrees with the bytes that precede a character, in any order of asking', () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(10_000), { maxLength: 20 }), (text, picks) => {
        const characters = [...text]
        const offsets = new Utf8Offsets(text)
        for (const pick of picks) {
          const before = characters.slice(0, pick % (characters.length + 1)).join('')
          expect(offsets.toUtf16(Buffer.byteLength(before))).toBe(before.length)
        }
      }),
    )
  })

  it('stops at the end of the text', () => {
    expect(new Utf8Offsets('abc').toUtf16(10)).toBe(3)
    expect(new Utf8Offsets('é').toUtf16(10)).toBe(1)
  })
})

describe('utf16OfCharacter', () => {
  it('counts an astral character as two units', () => {
    expect(utf16OfCharacter('a😀b', 2)).toBe(3)
    expect(utf16OfCharacter('a😀b', 9)).toBe(4)
  })
})
