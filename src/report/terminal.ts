import type picocolors from 'picocolors'

export type Colors = ReturnType<typeof picocolors.createColors>

/** Text of a migration as a terminal may be given it: what would steer the terminal is replaced. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t\n]/gu, '\ufffd')
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
