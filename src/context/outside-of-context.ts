import { atCallSite } from './call-site.ts'
import { ContextError } from './context-error.ts'
import { currentContext, type OpenContext } from './open-context.ts'

/** The refusal of what would run beside the context that is open, or without any. */
export function outsideOfContext(what: 'query' | 'connection'): ContextError {
  const context = currentContext()
  const site = atCallSite()
  if (context === undefined) {
    return new ContextError('no context', `a ${what} without a context: withTenant opens one${site}`)
  }
  const message = `a ${what} beside the transaction of ${context}: use the one that fn is given${site}`
  return new ContextError('other context', message)
}

/** The refusal of a query through the handle of a context that has ended, or is about to. */
export function afterTheEnd(context: OpenContext): ContextError {
  return new ContextError('ended', `a query after the end of the context of ${context}${atCallSite()}`)
}
