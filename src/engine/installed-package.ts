import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The file that a package is entered by: as the project sees it, or as ringfence does; null where neither does. */
export function installedPackage(name: string, project: string): string | null {
  return resolveFrom(projectFile(project), name) ?? resolveFrom(import.meta.url, name)
}

/** The same for a package that belongs to another: some package managers let only its owner see it. */
export function installedThrough(owner: string, name: string, project: string): string | null {
  for (const from of [projectFile(project), import.meta.url]) {
    const entry = resolveFrom(from, owner)
    const file = resolveFrom(from, name) ?? (entry === null ? null : resolveFrom(entry, name))
    if (file !== null) return file
  }
  return null
}

function projectFile(project: string): string {
  return join(project, 'package.json')
}

function resolveFrom(from: string, name: string): string | null {
  try {
    return createRequire(from).resolve(name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}
