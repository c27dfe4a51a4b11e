import type { ClientBase } from 'pg'
import type { OpenContext } from '../open-context.ts'
import { afterTheEnd } from '../outside-of-context.ts'

/** What `fn` is given: queries of the context's transaction, refused once the context is over. */
export type TenantClient = Pick<ClientBase, 'query' | 'escapeIdentifier' | 'escapeLiteral'>

/** A cursor or stream that was begun through the client; a connection answers nothing else until it is closed. */
interface Closable {
  close?: () => Promise<void>
  destroy?: () => unknown
}

export interface GuardedClient {
  readonly client: TenantClient
  /** Closes the cursors and streams that `fn` left open; what is queried next waits for that. */
  closeCursors(): void
}

export function guardClient(client: ClientBase, context: OpenContext): GuardedClient {
  const cursors = new Set<Closable>()
  const query = new Proxy(client.query, {
    apply(target, _this, parameters: unknown[]) {
      const [first] = parameters
      if (context.state !== 'open') {
        const error = afterTheEnd(context)
        if (isSubmittable(first) || parameters.some((one) => typeof one === 'function')) throw error
        return Promise.reject(error)
      }
      if (isSubmittable(first)) cursors.add(first)
      return Reflect.apply(target, client, parameters)
    },
  })
  return {
    client: {
      query,
      escapeIdentifier: (name) => client.escapeIdentifier(name),
      escapeLiteral: (text) => client.escapeLiteral(text),
    },
    closeCursors() {
      for (const cursor of cursors) {
        // One that failed never says that it is closed.
        if (cursor.close !== undefined) void cursor.close()
        else cursor.destroy?.()
      }
    },
  }
}

function isSubmittable(value: unknown): value is Closable {
  return (
    typeof value === 'object' && value !== null && 'submit' in value && typeof value.submit === 'function'
  )
}
