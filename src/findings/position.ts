/** A place in a text as editors count it: from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Turns UTF-16 offsets of one text into lines and columns. */
export class LineIndex {
  readonly text: string
  readonly #starts: number[] = [0]

  constructor(text: string) {
    this.text = text
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  get lineCount(): number {
    return this.#starts.length
  }

  positionOf(offset: number): Position {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 }
  }

  /** The offset of a position; the end of the text where it has none such. */
  offsetOf({ line, column }: Position): number {
    const start = this.#starts[line - 1]
    return start === undefined ? this.text.length : Math.min(start + column - 1, this.text.length)
  }

  /** The text of a line (from 1) without its line ending. */
  line(number: number): string {
    const start = this.#starts[number - 1] ?? this.text.length
    const end = this.#starts[number] ?? this.text.length
    return this.text.slice(start, end).replace(/\r?\n$/, '')
  }
}
