import { connect } from 'node:net'

const patienceMilliseconds = 2_000

/** The request for encryption, which every PostgreSQL answers with one letter. */
const encryptionRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

/** Whether it is a PostgreSQL that listens there; null where that can't be told. */
export async function speaksPostgres(host: string, port: number): Promise<boolean | null> {
  const answer = await answerToEncryption(host, port)
  return answer === null ? null : ['S', 'N'].includes(answer)
}

/** What a server says when it is asked for encryption: `S` offers it, `N` doesn't; null where none answers. */
export function answerToEncryption(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write(encryptionRequest))
    const settle = (answer: string | null) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(patienceMilliseconds, () => settle(null))
    socket.on('error', () => settle(null))
    socket.on('data', (bytes: Buffer) => settle(bytes.toString('latin1')))
    socket.on('end', () => settle(''))
  })
}
