import { copyFileSync } from 'node:fs'
import { rolldown } from 'rolldown'

/**
 * Writes the command line as a few files instead of hundreds (`dist/cli` to `dist/bin`): a commit hook waits for every
 * file that is opened. zod is taken in, because what is used of it is a tenth; other dependencies stay outside.
 */
const bundle = await rolldown({
  input: { ringfence: 'dist/cli/main.js', 'parser-worker': 'dist/cli/parser-worker.js' },
  platform: 'node',
  external: (id) => /^[^./]/.test(id) && !/^zod(\/|$)/.test(id),
})
await bundle.write({ dir: 'dist/bin', chunkFileNames: '[name]-[hash].js' })
copyFileSync('node_modules/zod/LICENSE', 'dist/bin/LICENSE.zod')
