import { copyFileSync } from 'node:fs'
import { rolldown } from 'rolldown'

/**
 * What is taken in: of zod a tenth is used, commander is seven files, and one report needs the builder of XML with the two packages
 * that it needs. Other dependencies stay outside.
 */
const taken = ['commander', 'fast-xml-builder', 'path-expression-matcher', 'xml-naming', 'zod']

/**
 * Writes the command line as a few files instead of hundreds (`dist/cli` to `dist/bin`): a commit hook waits for every
 * file that is opened.
 */
const bundle = await rolldown({
  input: {
    ringfence: 'dist/cli/main.js',
    'parser-worker': 'dist/cli/parser-worker.js',
    'program-worker': 'dist/cli/program-worker.js',
  },
  platform: 'node',
  external: (id) => /^[^./]/.test(id) && !taken.includes(id.split('/')[0]),
})
await bundle.write({ dir: 'dist/bin', chunkFileNames: '[name]-[hash].js' })
for (const name of taken) copyFileSync(`node_modules/${name}/LICENSE`, `dist/bin/LICENSE.${name}`)
