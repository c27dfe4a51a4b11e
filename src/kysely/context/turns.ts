/** Lets one in at a time, in the order in which they came. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  /** Resolves when it is one's turn, to what ends it. */
  async take(): Promise<() => void> {
    let end: () => void = () => undefined
    const before = this.#last
    this.#last = new Promise((resolve) => {
      end = resolve
    })
    await before
    return end
  }
}
