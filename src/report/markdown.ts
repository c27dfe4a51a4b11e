import { printable, printableLine } from './terminal.ts'

/** What is markup anywhere, what is so at the start of a line, and what makes a link of a bare address. */
const markup = /[\\`*_[\]<>#|&~@$]|:(?=\S)|^[-+=]|(?<=^\d{1,9})[.)]|(?<=\bwww)\./gi

/** Text that Markdown takes for nothing but text, in one line. */
export function prose(text: string): string {
  return withoutMarkup(printableLine(text).trim())
}

/** A name in the type of code, in one line, in a cell of a table too. */
export function code(text: string): string {
  return `<code>${withoutMarkup(printableLine(text))}</code>`
}

/** A block of code, in a fence that the code does not hold. */
export function fenced(language: string, text: string): string {
  const shown = printable(text).trimEnd()
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${shown}\n${fence}`
}

/** A character as its number is never markup. */
function withoutMarkup(text: string): string {
  return text.replace(markup, (character) => `&#${character.charCodeAt(0)};`)
}
