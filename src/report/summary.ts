import type { CheckResult, ReadServer } from '../findings/check-result.ts'
import type { Finding } from '../findings/finding.ts'
import { displayName } from '../sql/identifiers.ts'
import { count, printableLine } from './terminal.ts'

/** A result in one sentence: `counts` and `rest`, with a blank between them. */
export interface Summary {
  readonly errors: number
  readonly warnings: number
  /** `1 error, 2 warnings` */
  readonly counts: string
  /** What was read, what could not be judged, and what was accepted: `in 3 files, 12 statements, 4 relations.` */
  readonly rest: string
}

export function summaryOf(result: CheckResult): Summary {
  const { findings, unmodelled, notCompared } = result
  const number = (is: (finding: Finding) => boolean) => findings.filter(is).length
  const errors = number(({ severity }) => severity === 'error')
  const warnings = number(({ severity }) => severity === 'warning')
  const infos = number(({ severity, repairedBy }) => severity === 'info' && repairedBy === null)
  const repaired = number(({ severity, repairedBy }) => severity === 'info' && repairedBy !== null)
  const counts = [count(errors, 'error'), count(warnings, 'warning')]
  if (infos > 0) counts.push(`${infos} info`)
  if (repaired > 0) counts.push(`${repaired} repaired by a later file`)
  const gaps = [
    unmodelled > 0 ? ` ${count(unmodelled, 'statement')} could not be modelled.` : '',
    notCompared ? ` ${count(notCompared, 'fact')} could not be compared.` : '',
    acceptedText(result),
  ].join('')
  return { errors, warnings, counts: counts.join(', '), rest: `in ${whatWasRead(result)}.${gaps}` }
}

function acceptedText({ suppressed, baselined }: CheckResult): string {
  const places = [
    ...(suppressed > 0 ? [`${suppressed} in the SQL`] : []),
    ...(baselined > 0 ? [`${baselined} by the baseline`] : []),
  ]
  return places.length === 0 ? '' : ` Accepted: ${places.join(', ')}.`
}

function whatWasRead({ files, statements, relations, server }: CheckResult): string {
  const read = files === 0 ? [] : [count(files, 'file'), count(statements, 'statement')]
  const counts = [...read, count(relations, 'relation')].join(', ')
  return server === null ? counts : `${counts} of ${printableLine(serverName(server))}`
}

/** The file, or the database for what stands in none. */
export function headingOf({ file }: Pick<Finding, 'file'>, { server }: CheckResult): string {
  return printableLine(file ?? (server === null ? 'no file' : serverName(server)))
}

function serverName({ database, version }: ReadServer): string {
  const place = database === null ? 'the server that ran them' : `the database ${displayName(database)}`
  return `${place} (PostgreSQL ${version})`
}
