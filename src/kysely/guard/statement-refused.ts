import { displayCallSite } from './call-site.ts'
import type { Refusal } from './statement-gate.ts'

/** What the call itself rejects with; the migration as a whole is refused too, should it swallow this. */
export class StatementRefused extends Error {
  override readonly name = 'StatementRefused'

  constructor({ message, help, at }: Refusal) {
    super(`${at === null ? '' : `${displayCallSite(at)}: `}the statement was not sent: ${message}. ${help}`)
  }
}
