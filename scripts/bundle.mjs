import { copyFileSync, readdirSync } from 'node:fs'
import { rolldown } from 'rolldown'

/**
 * What is taken in: of zod a tenth is used, commander is seven files, one report needs the builder of XML with the two packages that it
 * needs, and questions at a terminal are asked by clack with the four that it needs, and comments of programs are told by js-tokens. Other dependencies stay outside.
 */
const taken = [
  '@clack/core',
  '@clack/prompts',
  'commander',
  'fast-string-truncated-width',
  'fast-string-width',
  'fast-wrap-ansi',
  'fast-xml-builder',
  'js-tokens',
  'path-expression-matcher',
  'sisteransi',
  'xml-naming',
  'zod',
]

/**
 * Writes the command line as a few files instead of hundreds (`dist/cli` to `dist/bin`): a commit hook waits for every
 * file that is opened. Another folder than `dist` can be named.
 */
const [compiled = 'dist'] = process.argv.slice(2)
const bundle = await rolldown({
  input: {
    ringfence: `${compiled}/cli/main.js`,
    'parser-worker': `${compiled}/cli/parser-worker.js`,
    'program-worker': `${compiled}/cli/program-worker.js`,
  },
  platform: 'node',
  external: (id) => /^[^./]/.test(id) && !taken.includes(packageOf(id)),
})
await bundle.write({ dir: `${compiled}/bin`, chunkFileNames: '[name]-[hash].js' })
for (const name of taken) {
  const license = readdirSync(`node_modules/${name}`).find((file) => /^license$/i.test(file))
  copyFileSync(`node_modules/${name}/${license}`, `${compiled}/bin/LICENSE.${name.replace('/', '-')}`)
}

function packageOf(id) {
  return id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/')
}
