import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { layers } from '../scripts/layers.ts'

const root = join(import.meta.dirname, '..')

/** What the linter says of a file of `src/`. */
function lint(path: string, code: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringfence-lint-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'src', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, code)
  writeFileSync(join(folder, 'biome.json'), '{ "extends": ["./biome.layers.json"] }')
  copyFileSync(join(root, 'biome.layers.json'), join(folder, 'biome.layers.json'))
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const { stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', 'src'], {
    cwd: folder,
    encoding: 'utf8',
  })
  return stdout + stderr
}

test('every folder of src has its layer', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
  const placed = layers.flat()
  expect(folders.filter((entry) => entry.isDirectory() && !placed.includes(entry.name))).toEqual([])
})

describe('the linter refuses', () => {
  test.each([
    [
      'a type from a higher layer',
      'model/x.ts',
      `import type { A } from '../cli/run.ts'\nexport type B = A\n`,
    ],
    [
      'a layer of the same line',
      'replay/statements/x.ts',
      `export const a = await import('../../checks/index.ts')\n`,
    ],
    [
      'Kysely on the path of a check',
      'checks/x.ts',
      `import { Kysely } from 'kysely'\nexport const a = Kysely\n`,
    ],
    ['zod outside of declaration and config', 'report/x.ts', `import { z } from 'zod'\nexport const a = z\n`],
    ['a barrel', 'model/x.ts', `export { isTable } from './questions.ts'\n`],
  ])('%s', (_case, path, code) => {
    expect(lint(path, code)).toMatch(/noRestrictedImports|noBarrelFile/)
  })

  test('nothing that goes down', () => {
    const code = `import { isTable } from '../model/questions.ts'\nexport const a = isTable\n`
    expect(lint('policy/x.ts', code)).not.toMatch(/noRestrictedImports|noBarrelFile/)
  })
})
