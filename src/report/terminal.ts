import type picocolors from 'picocolors'

export type Colors = ReturnType<typeof picocolors.createColors>

/** Text of a migration as a terminal may be given it: what would steer the terminal, or turn its text, is replaced. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]|\p{Bidi_Control}/gu, '\ufffd')
}

/** The same in one line: a name that holds a line break can't pass for a line of the report. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\u21b5')
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
