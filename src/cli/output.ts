import { writeFileSync } from 'node:fs'
import picocolors from 'picocolors'
import { InputError } from '../findings/input-error.ts'
import { type Colors, printableLine } from '../report/terminal.ts'
import type { CommonOptions } from './options.ts'

/** Writes a result to a file, or to stdout where none is named. */
export function writeResult(text: string, file: string | undefined): void {
  if (file === undefined) {
    process.stdout.write(text)
    return
  }
  try {
    writeFileSync(file, text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InputError(`the result can't be written: ${reason}`, { file, cause })
  }
}

/** Hints, a line each: to stderr. */
export function writeNotes(notes: readonly string[], { quiet }: CommonOptions): void {
  if (!quiet) for (const note of notes) process.stderr.write(`${printableLine(note)}\n`)
}

/** Colours where stdout is a terminal; `--no-color` and NO_COLOR say never, FORCE_COLOR always. */
export function colorsFor({
  color,
  file,
}: {
  readonly color: boolean
  readonly file: string | undefined
}): Colors {
  const { NO_COLOR, FORCE_COLOR } = process.env
  if (!color || NO_COLOR || FORCE_COLOR === '0' || FORCE_COLOR === 'false')
    return picocolors.createColors(false)
  return picocolors.createColors(
    Boolean(FORCE_COLOR) || (file === undefined && process.stdout.isTTY === true),
  )
}
