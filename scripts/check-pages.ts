import type { BadExample, Check, GoodExample, ModelSource } from '../src/checks/define-check.ts'
import { paragraphs } from '../src/report/check-page.ts'

const generated = '<!-- Generated from src/checks by `npm run generate`. -->'

const onlySource: Readonly<Record<ModelSource, string>> = {
  replay: 'seen in migrations alone',
  catalog: 'seen on a running server alone',
}

/** The page of one check, in Markdown. */
export function checkPage({
  id,
  severity,
  title,
  rationale,
  accept,
  bad,
  good,
  postgres,
  sources,
  fix,
}: Check): string {
  const versions = [
    ...(postgres?.from === undefined ? [] : [`from PostgreSQL ${postgres.from}`]),
    ...(postgres?.to === undefined ? [] : [`up to PostgreSQL ${postgres.to}`]),
  ]
  const facts = [
    `Severity: ${severity}`,
    ...(sources?.length === 1 ? sources.map((source) => onlySource[source]) : []),
    ...versions,
    ...(fix === undefined ? [] : ['has a mechanical fix']),
  ]
  return `${[
    generated,
    `# ${id}`,
    `${title}.`,
    `${facts.join('; ')}.`,
    '## Why it matters',
    paragraphs(rationale).join('\n\n'),
    '## When to accept it',
    paragraphs(accept).join('\n\n'),
    '## What it finds',
    ...bad.map(
      (example) =>
        `${exampleOf(example)}\n\nFound: ${example.finds.map((subject) => `\`${subject}\``).join(', ')}.`,
    ),
    '## What it lets pass',
    ...good.map(exampleOf),
  ].join('\n\n')}\n`
}

function exampleOf({ name, sql, byHand }: BadExample | GoodExample): string {
  const changed = byHand === undefined ? [] : ['Then, by hand on the server:', code(byHand)]
  return [`### ${sentence(name)}`, code(sql), ...changed].join('\n\n')
}

/** The table of all checks. */
export function checksPage(checks: readonly Check[]): string {
  const rows = checks.map(({ id, severity, title }) => `| [${id}](${id}.md) | ${severity} | ${title} |`)
  return `${generated}

# Checks

The examples stand behind a small schema of tenants, users and memberships: \`test/checks/prelude.ts\`. The tests judge each of
them from migrations and from the catalogs of a real server, with rows of two tenants in every table. Where a check says that rows
leak, its example shows or changes one of the other tenant's there, and no longer does after the fix.

| check | severity | what it finds |
| --- | --- | --- |
${rows.join('\n')}
`
}

/** Several migrations are divided by a blank line. */
function code(sql: string | readonly string[]): string {
  return `\`\`\`sql\n${(typeof sql === 'string' ? [sql] : sql).join('\n\n')}\n\`\`\``
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
