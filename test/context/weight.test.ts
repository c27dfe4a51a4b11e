import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, inject, test } from 'vitest'

/** What a compiled module imports, itself and through others: files of ours, and names of packages. */
function importsOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) .*?'([^']+)'/gm)) {
    if (from.startsWith('.')) importsOf(join(dirname(file), from), seen)
    else seen.add(from)
  }
  return seen
}

test('ringfence/pg loads nothing but itself and Node: no parser, no zod, no Kysely, and not even pg', () => {
  const compiled = dirname(dirname(inject('cli')))
  const loaded = [...importsOf(join(compiled, 'pg.js'))]
  expect(loaded).toContain(join(compiled, 'context/run.js'))
  const packages = loaded.filter((name) => !name.startsWith(compiled) && !name.startsWith('node:'))
  expect(packages).toEqual([])
})
