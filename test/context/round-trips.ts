import { Socket } from 'node:net'

/** Counts what a server answers: each "ready for query" is the end of one round trip. */
export class RoundTrips {
  count = 0

  /** For `stream` of a client: a socket whose answers are counted. */
  readonly stream = (): Socket => {
    const socket = new Socket()
    let rest: Buffer = Buffer.alloc(0)
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data])
      while (rest.length >= 5) {
        const length = 1 + rest.readUInt32BE(1)
        if (rest.length < length) break
        if (rest[0] === 'Z'.charCodeAt(0)) this.count++
        rest = rest.subarray(length)
      }
    })
    return socket
  }

  async of(run: () => Promise<unknown>): Promise<number> {
    const before = this.count
    await run()
    return this.count - before
  }
}
