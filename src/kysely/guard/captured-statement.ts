import type { ParsedStatement } from '../../sql/parse.ts'
import { type CallSite, callSiteOf } from './call-site.ts'

/** A statement that a migration sent, or wanted to. */
export class CapturedStatement {
  /** Of this statement alone, where several were sent in one. */
  readonly text: string
  readonly node: ParsedStatement['node']
  readonly #trace: Error

  constructor(text: string, node: ParsedStatement['node'], trace: Error) {
    this.text = text
    this.node = node
    this.#trace = trace
  }

  get at(): CallSite | null {
    return callSiteOf(this.#trace)
  }
}
