const stride = 1024

/** Turns UTF-8 byte offsets of a text into UTF-16 offsets. Free of cost where the text is ASCII. */
export class Utf8Offsets {
  readonly #text: string
  readonly #ascii: boolean
  /** Byte offset at each multiple of `stride` UTF-16 units; filled as far as was asked for. */
  readonly #bytes: number[] = [0]

  constructor(text: string) {
    this.#text = text
    this.#ascii = Buffer.byteLength(text) === text.length
  }

  toUtf16(byteOffset: number): number {
    if (this.#ascii) return Math.min(byteOffset, this.#text.length)
    let block = this.#bytes.length - 1
    while ((this.#bytes[block] as number) > byteOffset) block--
    let unit = block * stride
    let bytes = this.#bytes[block] as number
    while (bytes < byteOffset && unit < this.#text.length) {
      const code = this.#text.codePointAt(unit) as number
      const units = code > 0xffff ? 2 : 1
      for (let step = 1; step <= units; step++) {
        if ((unit + step) % stride === 0 && (unit + step) / stride === this.#bytes.length) {
          this.#bytes.push(step === units ? bytes + utf8Length(code) : bytes)
        }
      }
      bytes += utf8Length(code)
      unit += units
    }
    return unit
  }
}

function utf8Length(code: number): number {
  if (code < 0x80) return 1
  if (code < 0x800) return 2
  return code < 0x10000 ? 3 : 4
}
