import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { InputError } from '../findings/input-error.ts'
import { parseJson } from './json.ts'

const names = ['ts', 'js', 'mjs', 'json'].map((extension) => `ringfence.config.${extension}`)

/** The absolute path of the config file of the nearest folder that has one, upwards from `cwd`; null where none has. */
export function findConfig(cwd: string): string | null {
  let folder = resolve(cwd)
  while (true) {
    const found = configsIn(folder, cwd)
    if (found.length > 1) {
      const shown = found.map((file) => relative(cwd, file))
      throw new InputError(`two configs in one folder: ${shown.join(' and ')}`, {
        hint: 'Keep one of them, or name it with --config.',
      })
    }
    if (found[0] !== undefined) return found[0]
    const parent = dirname(folder)
    if (parent === folder || existsSync(join(folder, '.git'))) return null
    folder = parent
  }
}

function configsIn(folder: string, cwd: string): string[] {
  const files = names.map((name) => join(folder, name)).filter((file) => existsSync(file))
  const manifest = join(folder, 'package.json')
  return holdsConfig(manifest, cwd) ? [...files, manifest] : files
}

function holdsConfig(manifest: string, cwd: string): boolean {
  if (!existsSync(manifest)) return false
  const text = readFileSync(manifest, 'utf8')
  if (!text.includes('"ringfence"')) return false
  const { value } = parseJson(relative(cwd, manifest), text)
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'ringfence')
}
