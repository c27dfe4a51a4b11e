import type { Severity } from '../findings/finding.ts'

export interface Example {
  readonly name: string
  readonly sql: string | readonly string[]
  /** What was changed on the server, and no migration tells. */
  readonly byHand?: string
}

/** What a check says of itself. */
export interface DescribedCheck {
  readonly id: string
  readonly severity: Severity
  readonly title: string
  readonly rationale: string
  readonly accept: string
  readonly bad: readonly (Example & { readonly finds: readonly string[] })[]
  readonly good: readonly Example[]
}

const width = 100

/** A text of a check as one line for each paragraph: in the source its lines are broken and indented as code is. */
export function paragraphs(text: string): string[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim().split(/\s+/).join(' '))
}

/** One line for each check: id, severity, title. */
export function checkList(checks: readonly DescribedCheck[]): string {
  const longest = Math.max(...checks.map(({ id }) => id.length))
  return checks
    .map(({ id, severity, title }) => `${id.padEnd(longest)}  ${severity.padEnd(7)}  ${title}`)
    .join('\n')
}

/** What a check means, with its examples, for a terminal. */
export function checkPage({ id, severity, title, rationale, accept, bad, good }: DescribedCheck): string {
  return [
    `${id} (${severity})\n${title}`,
    ...paragraphs(rationale).map(wrapped),
    ...paragraphs(`When to accept it: ${accept}`).map(wrapped),
    ...bad.map((example) => `Finds ${example.finds.join(', ')}: ${shown(example)}`),
    ...good.map((example) => `Finds nothing: ${shown(example)}`),
  ].join('\n\n')
}

function shown({ name, sql, byHand }: Example): string {
  const changed = byHand === undefined ? [] : ['and then, by hand on the server:', indented(byHand)]
  return [name, indented(sql), ...changed].join('\n\n')
}

function wrapped(paragraph: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.split(' ')) {
    if (line !== '' && line.length + word.length >= width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}

/** Several migrations are shown in order, divided by a blank line. */
function indented(sql: string | readonly string[]): string {
  const text = typeof sql === 'string' ? sql : sql.join('\n\n')
  return text.replace(/^(?=.)/gm, '    ')
}
