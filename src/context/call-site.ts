import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const own = fileURLToPath(new URL('..', import.meta.url))
const frame = /(?:\(|\bat (?:async )?)((?:file:\/\/|\/|[A-Za-z]:[\\/]).+?):(\d+):(\d+)\)?$/

/**
 * The line that led here, as `src/invoices.ts:12:7`: the innermost that is neither ours nor of a package. Null where the
 * stack holds none.
 */
export function callSite(): string | null {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 100
  const { stack = '' } = new Error()
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n')) {
    const [, path, row, column] = frame.exec(line) ?? []
    if (path === undefined) continue
    const file = path.startsWith('file://') ? fileURLToPath(path) : path
    if (file.startsWith(own) || file.includes(`${sep}node_modules${sep}`)) continue
    return `${relative(process.cwd(), file)}:${row}:${column}`
  }
  return null
}

/** ` (src/invoices.ts:12:7)`, or nothing. */
export function atCallSite(): string {
  const site = callSite()
  return site === null ? '' : ` (${site})`
}
