import { readFileSync } from 'node:fs'

const guide = new URL('../../docs/hooks.md', import.meta.url)

/** The file that a code block of docs/hooks.md holds: the block names it in a comment of its first two lines. */
export function documented(file: string): string {
  const blocks = readFileSync(guide, 'utf8')
    .split('\n```')
    .filter((_, at) => at % 2 === 1)
    .map((block) => block.slice(block.indexOf('\n') + 1))
  const found = blocks.find((block) => {
    const lines = block.split('\n', 2)
    return lines.includes(`# ${file}`) || lines.includes(`// ${file}`)
  })
  if (found === undefined) throw new Error(`docs/hooks.md has no block for ${file}`)
  return `${found}\n`
}
