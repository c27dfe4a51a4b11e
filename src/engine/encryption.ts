import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import { answerToEncryption } from './speaks-postgres.ts'

const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type Mode = (typeof modes)[number]

/** What `sslmode` and its companions ask for, as psql means them; none of them asks for no encryption. */
export async function encryptionOf(
  query: ReadonlyMap<string, string>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<false | ConnectionOptions> {
  const mode = modeOf(query)
  if (mode === 'disable') return false
  if ((mode === 'allow' || mode === 'prefer') && (await answerToEncryption(host, port)) !== 'S') return false
  const { PGSSLROOTCERT, PGSSLCERT, PGSSLKEY } = process.env
  const ca = contentOf(query.get('sslrootcert') || PGSSLROOTCERT)
  const cert = contentOf(query.get('sslcert') || PGSSLCERT)
  const key = contentOf(query.get('sslkey') || PGSSLKEY)
  if (mode === 'verify-ca' && ca === null) {
    throw new InputError("sslmode=verify-ca needs the certificate that signs the server's", {
      hint: 'Name it with sslrootcert=FILE in the URL.',
    })
  }
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(mode === 'verify-full' || ca !== null ? {} : { rejectUnauthorized: false }),
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  }
}

function modeOf(query: ReadonlyMap<string, string>): Mode {
  const asked = ['true', '1'].includes(query.get('ssl') ?? '') || query.get('sslnegotiation') === 'direct'
  const name = query.get('sslmode') || (asked ? 'require' : process.env.PGSSLMODE || 'disable')
  const mode = modes.find((known) => known === name)
  if (mode === undefined) throw new InputError(`unknown sslmode "${name}"; ${suggestion(name, modes)}`)
  return mode
}

function contentOf(file: string | undefined): string | null {
  if (file === undefined || file === '') return null
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new InputError(`a file that the database URL names can't be read: ${file}`, { cause })
  }
}
