import { linkSync, mkdirSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { InputError } from '../findings/input-error.ts'

interface NewFile {
  /** Absolute. */
  readonly path: string
  /** As it is shown. */
  readonly file: string
  readonly text: string
}

/** Writes the files of a new migration, each as a whole or not at all, all of them or none. Never overwrites. */
export function writeMigration(files: readonly NewFile[]): void {
  const undo: (() => void)[] = []
  for (const file of files) {
    try {
      undo.push(...writeNew(file))
    } catch (cause) {
      for (const step of undo.reverse()) step()
      const { code, message } = cause as NodeJS.ErrnoException
      const reason = code === 'EEXIST' ? 'is there already' : `can't be written: ${message}`
      throw new InputError(reason, { file: file.file, cause })
    }
  }
}

/** Returns what takes it back, in order. */
function writeNew({ path, text }: NewFile): (() => void)[] {
  const folder = dirname(path)
  const made = mkdirSync(folder, { recursive: true })
  const draft = join(folder, `.ringfence-${process.pid}.tmp`)
  writeFileSync(draft, text, { flag: 'wx' })
  try {
    linkSync(draft, path)
  } finally {
    unlinkSync(draft)
  }
  return [...(made === undefined ? [] : [() => rmdirSync(folder)]), () => unlinkSync(path)]
}
