const stride = 1024

/** Turns UTF-8 byte offsets of a text into UTF-16 offsets. Free of cost where the text is ASCII. */
export class Utf8Offsets {
  readonly #text: string
  readonly #ascii: boolean
  /** Code point starts that were passed, about one per `stride` units; filled as far as was asked for. */
  readonly #units: number[] = [0]
  readonly #bytes: number[] = [0]
  /** The last answer: questions mostly come in order. */
  #unit = 0
  #byte = 0

  constructor(text: string) {
    this.#text = text
    this.#ascii = Buffer.byteLength(text) === text.length
  }

  /** An offset within a character gives the character's end. */
  toUtf16(byteOffset: number): number {
    if (this.#ascii) return Math.min(byteOffset, this.#text.length)
    const known = this.#known(byteOffset)
    let unit = this.#units[known] as number
    let bytes = this.#bytes[known] as number
    if (this.#byte <= byteOffset && this.#byte > bytes) {
      unit = this.#unit
      bytes = this.#byte
    }
    while (bytes < byteOffset && unit < this.#text.length) {
      const code = this.#text.codePointAt(unit) as number
      bytes += utf8Length(code)
      unit += code > 0xffff ? 2 : 1
      if (unit - (this.#units[this.#units.length - 1] as number) >= stride) {
        this.#units.push(unit)
        this.#bytes.push(bytes)
      }
    }
    this.#unit = unit
    this.#byte = bytes
    return unit
  }

  /** The last passed place that is not after `byteOffset`. */
  #known(byteOffset: number): number {
    let low = 0
    let high = this.#bytes.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#bytes[middle] as number) <= byteOffset) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** The UTF-16 offset of the character (code point) with this index, counted from 0. */
export function utf16OfCharacter(text: string, index: number): number {
  let unit = 0
  for (let left = index; left > 0 && unit < text.length; left--) {
    unit += (text.codePointAt(unit) as number) > 0xffff ? 2 : 1
  }
  return unit
}

function utf8Length(code: number): number {
  if (code < 0x80) return 1
  if (code < 0x800) return 2
  return code < 0x10000 ? 3 : 4
}
