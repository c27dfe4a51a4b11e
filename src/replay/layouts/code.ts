import type { FilePart } from './layout.ts'

/** Languages in which tools have migrations beside those in SQL, by the ending of the file. */
const languages: Readonly<Record<string, string>> = {
  go: 'Go',
  js: 'JavaScript',
  cjs: 'JavaScript',
  mjs: 'JavaScript',
  ts: 'TypeScript',
  cts: 'TypeScript',
  mts: 'TypeScript',
  py: 'Python',
  rb: 'Ruby',
  rs: 'Rust',
  java: 'Java',
  kt: 'Kotlin',
  ex: 'Elixir',
  exs: 'Elixir',
  php: 'PHP',
  fizz: 'fizz',
}

/** Whether a file is named as a migration in code: a version first, no test and no declaration; in one language, if that is named. */
export function isCode(file: string, ending?: string): boolean {
  const match = /^(?:\d+|[VR]\d*_)[^/]*\.(\w+)$/.exec(file.slice(file.lastIndexOf('/') + 1))
  const own = match?.[1] ?? ''
  if (languages[own] === undefined || (ending !== undefined && own !== ending)) return false
  return !/(?:_test|\.test|\.spec|_spec|\.d)\.\w+$/.test(file)
}

/** A migration in code as a part of the history; null for a file of SQL. */
export function codePart(text: string, file: string): FilePart[] | null {
  const language = languages[/\.(\w+)$/.exec(file)?.[1] ?? '']
  if (language === undefined) return null
  const article = /^[AEIOU]/.test(language) ? 'an' : 'a'
  const reason = `${article} ${language} migration: its effect can't be read from SQL`
  return [{ kind: 'unreadable', start: 0, end: text.length, reason }]
}
