import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Folder } from './folder.ts'

/** Where a project says what it depends on, by how it names a package there. */
const manifests = {
  'Cargo.toml': (name: string) =>
    new RegExp(`^[ \\t]*"?${name}"?[ \\t]*[=.]|dependencies\\.${name}[ \\t]*\\]`, 'm'),
  'package.json': (name: string) => new RegExp(`"${name}"\\s*:`),
  'go.mod': (name: string) => new RegExp(`^[ \\t]*(?:require[ \\t]+)?${name}(?:/v\\d+)?[ \\t]`, 'm'),
} as const

/** As far as a layout may look: what is staged is read with the files of four folders above it. */
const mostLevels = 4

/**
 * Whether the project that a folder belongs to depends on a package. Where the names of the files do not tell which tool applies them,
 * this does. Looks from the folder upwards, not beyond the root of the repository.
 */
export function dependsOn(folder: Folder, manifest: keyof typeof manifests, name: string): boolean {
  const pattern = manifests[manifest](name)
  let at = folder
  for (let level = 0; level <= mostLevels; level++) {
    if (existsSync(join(at.path, manifest)) && pattern.test(at.text(manifest))) return true
    const { parent } = at
    if (existsSync(join(at.path, '.git')) || parent.path === at.path) return false
    at = parent
  }
  return false
}
