import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InputError } from '../../findings/input-error.ts'

/** Writes a file that is not there yet. What is there is never written over. */
export function writeNew(cwd: string, file: string, text: string): void {
  const path = resolve(cwd, file)
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { flag: 'wx' })
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST'
    const message = isThere
      ? 'is there already, and stays as it is'
      : `can't be written: ${(cause as Error).message}`
    throw new InputError(message, { file, cause })
  }
}
