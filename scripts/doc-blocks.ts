import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'

export const root = join(import.meta.dirname, '..')

/** A fenced block of a page. */
export interface Block {
  /** Relative to the repository: `docs/audit.md`. */
  readonly page: string
  readonly line: number
  /** What follows the fence: `sh`, `ts`; '' where nothing does. */
  readonly language: string
  readonly text: string
}

/** The blocks of all pages written by hand; those of `docs/checks` are examples of checks, and tested as such. */
export function blocksOfPages(): readonly Block[] {
  const pages = globSync(['*.md', 'docs/**/*.md'], {
    cwd: root,
    ignore: ['docs/checks/**'],
  })
  return pages.sort().flatMap((page) => blocksIn(page, readFileSync(join(root, page), 'utf8')))
}

function blocksIn(page: string, text: string): Block[] {
  const blocks: Block[] = []
  let open: {
    readonly fence: string
    readonly language: string
    readonly line: number
    readonly rows: string[]
  } | null = null
  for (const [at, row] of text.split('\n').entries()) {
    const [, fence = '', language = ''] = /^\s*(`{3,})(\S*)/.exec(row) ?? []
    if (open === null && fence !== '') open = { fence, language, line: at + 1, rows: [] }
    else if (open !== null && fence === open.fence) {
      blocks.push({ page, line: open.line, language: open.language, text: open.rows.join('\n') })
      open = null
    } else open?.rows.push(row)
  }
  if (open !== null) throw new Error(`${page}:${open.line}: the block is not closed`)
  return blocks
}
