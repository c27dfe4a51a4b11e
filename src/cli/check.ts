import { InputError } from '../findings/input-error.ts'
import type { ChangesAsked } from '../run/git/find-changes.ts'
import { type FindingsOptions, reportRun } from './report-run.ts'

export interface CheckOptions extends FindingsOptions {
  readonly staged?: boolean
  readonly since?: string
}

export function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const asked = changesAsked(options)
  return reportRun(paths, options, async (request, server) => {
    if (asked === null) return await (await import('../run/check.ts')).check(request, server)
    const { findChanges } = await import('../run/git/find-changes.ts')
    const changes = findChanges(request, asked)
    if (typeof changes === 'string') {
      const { nothingRead } = await import('../findings/check-result.ts')
      return { result: nothingRead, notes: [changes] }
    }
    return await (await import('../run/check.ts')).check(request, server, changes)
  })
}

function changesAsked({ staged = false, since }: CheckOptions): ChangesAsked | null {
  if (since === undefined) return staged ? { kind: 'staged' } : null
  if (!staged) return { kind: 'since', revision: since }
  throw new InputError('--staged and --since ask about different changes', { hint: 'Leave one of them out.' })
}
