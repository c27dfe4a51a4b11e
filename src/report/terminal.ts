import type picocolors from 'picocolors'

export type Colors = ReturnType<typeof picocolors.createColors>

/**
 * Text of a migration as a terminal and a log may be given it: what would steer the terminal, or turn its text, is replaced, and
 * so is the beginning of what the runners of CI take for a command of the job: `::name::` at the start of a line (GitHub), and `##[`,
 * `##vso[`, `##teamcity[` (GitHub, Azure, TeamCity).
 */
export function printable(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n]|\p{Bidi_Control}/gu, '\ufffd')
    .replace(/^([^\S\n]*):(?=:[\w-]+(?: .*)?::)|(?<=#)#(?=[a-z]*\[)/gim, '$1\ufffd')
}

/** The same in one line: a name that holds a line break can't pass for a line of the report. */
export function printableLine(text: string): string {
  return printable(text.replaceAll('\n', '\u21b5'))
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
