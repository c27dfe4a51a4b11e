import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Block, blocksOfPages, root } from './doc-blocks.ts'

/** Writes the programs that the documentation shows where the compiler finds them: `npm run typecheck`. */
const folder = join(root, 'test/docs/programs')
rmSync(folder, { recursive: true, force: true })
for (const [file, text] of programsIn(blocksOfPages())) {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

/** A block begins with the name of its file, is a file as it exports something by default, or is a part of what its page tells block by block. */
function programsIn(blocks: readonly Block[]): ReadonlyMap<string, string> {
  const programs = new Map<string, string>()
  for (const { page, line, language, text } of blocks) {
    if (language !== 'ts') continue
    const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1]
    const isWhole = /^export default /m.test(text)
    const file = join(page, name ?? (isWhole ? `line-${line}.ts` : 'told.ts'))
    programs.set(file, `${programs.get(file) ?? ''}${text}\n`)
  }
  return programs
}
