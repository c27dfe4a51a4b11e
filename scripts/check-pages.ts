import type { Check, ModelSource } from '../src/checks/define-check.ts'
import type { AcceptanceCheck } from '../src/findings/acceptance-checks.ts'
import { checkPageMarkdown } from '../src/report/check-page-markdown.ts'

const generated = '<!-- Generated from src/checks by `npm run generate`. -->'

const onlySource: Readonly<Record<ModelSource, string>> = {
  replay: 'seen in migrations alone',
  catalog: 'seen on a running server alone',
}

/** What has a page: a check, and what only lacks the parts that look at a model. */
type Described = AcceptanceCheck & Partial<Pick<Check, 'postgres' | 'sources' | 'fix'>>

/** The page of one check, in Markdown. */
export function checkPage(check: Check | Described): string {
  const { id, severity, title, postgres, sources, fix }: Omit<Described, 'id'> & { readonly id: string } =
    check
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
  return `${[generated, `# ${id}`, `${title}.`, `${facts.join('; ')}.`, checkPageMarkdown(check)].join('\n\n')}\n`
}

/** The table of all checks. */
export function checksPage(checks: readonly Check[], acceptance: readonly AcceptanceCheck[]): string {
  return `${generated}

# Checks

The examples stand behind a small schema of tenants, users and memberships: \`test/checks/prelude.ts\`. The tests judge each of
them from migrations and from the catalogs of a real server, with rows of two tenants in every table. Where a check says that rows
leak, its example shows or changes one of the other tenant's there, and no longer does after the fix.

${table(checks)}

Findings can be accepted in a comment or in a baseline ([how](../adopting.md)). What is wrong with that is a finding too:

${table(acceptance)}
`
}

const mark = { start: '<!-- checks -->\n', end: '<!-- /checks -->' }

/** The README with the table of all checks between its marks. */
export function withChecksTable(readme: string, checks: readonly Check[]): string {
  const [before, rest] = readme.split(mark.start)
  const [, after] = rest?.split(mark.end) ?? []
  if (before === undefined || after === undefined) throw new Error('README.md has no place for the checks')
  return `${before}${mark.start}\n${table(checks, 'docs/checks/')}\n\n${mark.end}${after}`
}

function table(checks: readonly Pick<Check, 'id' | 'severity' | 'title'>[], folder = ''): string {
  const rows = checks.map(
    ({ id, severity, title }) => `| [${id}](${folder}${id}.md) | ${severity} | ${title} |`,
  )
  return `| check | severity | what it finds |\n| --- | --- | --- |\n${rows.join('\n')}`
}
