import type { Check } from '../checks/define-check.ts'
import { checks } from '../checks/index.ts'
import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import { exitCodes } from './exit-codes.ts'

export async function explain(id: string | undefined): Promise<number> {
  const text = id === undefined ? listed() : explained(known(id))
  process.stdout.write(`${text}\n`)
  return exitCodes.clean
}

function known(id: string): Check {
  const check = checks.find((candidate) => candidate.id === id)
  if (check !== undefined) return check
  const ids = checks.map((candidate) => candidate.id)
  throw new InputError(`unknown check "${id}"; ${suggestion(id, ids)}`)
}

function listed(): string {
  const width = Math.max(...checks.map(({ id }) => id.length))
  return checks
    .map(({ id, severity, title }) => `${id.padEnd(width)}  ${severity.padEnd(7)}  ${title}`)
    .join('\n')
}

function explained({ id, severity, title, rationale, accept, bad, good }: Check): string {
  return [
    `${id} (${severity})\n${title}`,
    rationale.trim(),
    `When to accept it: ${accept.trim()}`,
    ...bad.map(({ name, sql, finds }) => `Finds ${finds.join(', ')}: ${name}\n\n${indented(sql)}`),
    ...good.map(({ name, sql }) => `Finds nothing: ${name}\n\n${indented(sql)}`),
  ].join('\n\n')
}

/** Several migrations are shown in order, divided by a blank line. */
function indented(sql: string | readonly string[]): string {
  const text = typeof sql === 'string' ? sql : sql.join('\n\n')
  return text.replace(/^(?=.)/gm, '    ')
}
