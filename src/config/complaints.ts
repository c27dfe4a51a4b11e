import { z } from 'zod'
import { suggestion } from '../findings/nearest.ts'
import type { JsonPath } from './json.ts'

/** What is wrong in an input, and at which key. */
export interface Complaint {
  readonly path: JsonPath
  readonly message: string
}

/** A union is reported as the branch that came furthest; unknown keys as the keys, not the object around them. */
export function complaintsOf(issue: z.core.$ZodIssue): Complaint[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol')
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n')
    return issue.keys.map((key, at) => ({ path: [...path, key], message: messages[at] ?? issue.message }))
  }
  if (issue.code === 'invalid_union') {
    const nested = issue.errors.find((errors) =>
      errors.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'),
    )
    if (nested !== undefined) {
      return nested.flatMap(complaintsOf).map((inner) => ({ ...inner, path: [...path, ...inner.path] }))
    }
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path, message }))
  return [{ path, message: issue.message }]
}

/** Messages in the words of the config; undefined leaves zod's own. */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : []
      return issue.keys.map((key) => `unknown key; ${suggestion(key, known)}`).join('\n')
    }
    case 'invalid_value':
      return `${JSON.stringify(issue.input)} is not known; ${suggestion(String(issue.input), issue.values.map(String))}`
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${article(issue.expected)}, not ${JSON.stringify(issue.input) ?? typeof issue.input}`
    case 'invalid_union':
      return 'must be a path, or an object with "path" and "layout"'
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array' ? 'must not be empty' : undefined
    default:
      return undefined
  }
}

function article(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`
}
