import { type DescribedCheck, type Example, paragraphs } from './check-page.ts'

/** What a check means, with its examples, in Markdown. */
export function checkPageMarkdown({ rationale, accept, bad, good }: DescribedCheck): string {
  return [
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
  ].join('\n\n')
}

function exampleOf({ name, sql, byHand }: Example): string {
  const changed = byHand === undefined ? [] : ['Then, by hand on the server:', code(byHand)]
  return [`### ${sentence(name)}`, code(sql), ...changed].join('\n\n')
}

/** Several migrations are divided by a blank line. */
function code(sql: string | readonly string[]): string {
  return `\`\`\`sql\n${(typeof sql === 'string' ? [sql] : sql).join('\n\n')}\n\`\`\``
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
