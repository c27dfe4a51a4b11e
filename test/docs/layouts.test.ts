import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { layoutNames } from '../../src/replay/layouts/layout.ts'

it('tells of each layout how it is read, in the order in which they are looked for', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/getting-started/layouts.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name)
  expect(rows).toEqual(layoutNames)
})
