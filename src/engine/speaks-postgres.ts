import { connect } from 'node:net'

const patienceMilliseconds = 2_000

/** The request for encryption, which every PostgreSQL answers with one letter: `S` or `N`. */
const encryptionRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

/** Whether it is a PostgreSQL that listens there; null where that can't be told. */
export function speaksPostgres(host: string, port: number): Promise<boolean | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write(encryptionRequest))
    const settle = (answer: boolean | null) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(patienceMilliseconds, () => settle(null))
    socket.on('error', () => settle(null))
    socket.on('data', (bytes: Buffer) =>
      settle(bytes.length === 1 && 'SN'.includes(bytes.toString('latin1'))),
    )
    socket.on('end', () => settle(false))
  })
}
