import { InputError } from '../../findings/input-error.ts'

/** A migration that is to be written. */
export interface Draft {
  /** Its name in words, as an unquoted identifier: `create_invoices`. */
  readonly name: string
  readonly now: Date
  /** SQL: statements with their semicolons, and comments. Ends with a newline. */
  readonly up: string
  /** SQL that takes it back, or a comment that says why nothing does. Ends with a newline. */
  readonly down: string
  /** The same as a program for Kysely, for a layout of programs, where the SQL alone is not how it is written there. */
  readonly program?: string
}

/** A file that is to be written; its name is relative to the folder, with `/`. */
export interface NextFile {
  readonly file: string
  readonly text: string
}

/** The files of a migration; the first is the one that holds its up part. */
export type NextFiles = readonly [NextFile, ...NextFile[]]

/** What the names of the migrations of a folder have in common. */
interface Naming {
  /** Before the version: `V`. */
  readonly prefix: string
  /** Between the version and the words: `_`. */
  readonly separator: string
}

/**
 * The name, without its ending, of a migration that comes after the ones of these names; the last of them shows how it is done: `0007_name`
 * after `0006_x`, `20270131120000-name` after `20261224180000-x`. Throws `InputError` where that one has no version to go on from.
 */
export function nextName(
  names: readonly [string, ...string[]],
  { name, now }: Pick<Draft, 'name' | 'now'>,
): string {
  const last = names.at(-1) ?? names[0]
  const own = partsOf(last)
  if (own === null) {
    throw new InputError(`the name ${last} has no version, so what comes after it can't be named`, {
      hint: 'Write the SQL to a file of your own, with --output.',
    })
  }
  const { prefix, separator, version, words } = own
  const next = shapeOf(version).after(version, now)
  const isHyphened = !words.includes('_') && (words.includes('-') || separator === '-')
  const spelt = isHyphened ? name.replaceAll('_', '-') : name
  return `${prefix}${next}${separator}${spelt}`
}

function partsOf(name: string): (Naming & { readonly version: string; readonly words: string }) | null {
  const match = /^([A-Za-z]?)(\d+(?:[-_.T]\d+)*)(.*)$/.exec(name)
  if (match === null) return null
  const [, prefix = '', digits = '', rest = ''] = match
  const version = versionIn(digits, rest, prefix)
  const behind = digits.slice(version.length) + rest
  const separator = /^[-_. ]*/.exec(behind)?.[0] ?? ''
  const words = behind.slice(separator.length)
  return { prefix, separator: separator === '' ? '_' : separator, version, words }
}

/**
 * How much of the digits that begin a name is its version: all of a date that is written in several runs, all of what stands before a double
 * underscore, else the first run.
 */
function versionIn(digits: string, rest: string, prefix: string): string {
  if (prefix !== '' && rest.startsWith('__')) return digits
  const ends = [...digits.matchAll(/[-_.T]|$/g)].map(({ index }) => index)
  const dates = ends.map((end) => digits.slice(0, end)).filter((part) => dateIn(part) !== null)
  return dates.at(-1) ?? digits.slice(0, ends[0])
}

/** How versions go on. */
interface Shape {
  after(version: string, now: Date): string
}

const second = 1_000

function shapeOf(version: string): Shape {
  const date = dateIn(version)
  if (date !== null) {
    const least = date.time + date.unit
    return { after: (_, now) => written(version, new Date(Math.max(least, now.getTime()))) }
  }
  if (/^\d{10}$/.test(version) && version.startsWith('1')) return sinceEpoch(second)
  if (/^\d{13}$/.test(version) && version.startsWith('1')) return sinceEpoch(1)
  return {
    after(latest) {
      const [, before = '', counter = '0'] = /^(.*?)(\d+)$/.exec(latest) ?? []
      return before + String(BigInt(counter) + 1n).padStart(counter.length, '0')
    },
  }
}

function sinceEpoch(unit: number): Shape {
  return {
    after: (version, now) => String(Math.max(Number(version) + 1, Math.floor(now.getTime() / unit))),
  }
}

const minute = 60 * second
const day = 24 * 60 * minute

/** By the number of digits: what a version counts that is a date. */
const dateUnits: Readonly<Record<number, number>> = { 8: day, 12: minute, 14: second, 17: 1 }

/** The moment that a version names, and what it counts; zeros behind it, as diesel has them, are a part of it. */
function dateIn(version: string): { readonly time: number; readonly unit: number } | null {
  const digits = digitsOf(version.replace(/-0000$/, ''))
  const unit = dateUnits[digits.length]
  if (unit === undefined) return null
  const full = digits.padEnd(17, '0')
  const iso = `${full.slice(0, 4)}-${full.slice(4, 6)}-${full.slice(6, 8)}T${full.slice(8, 10)}:${full.slice(10, 12)}:${full.slice(12, 14)}.${full.slice(14)}Z`
  const time = Date.parse(iso)
  const isMeant = !Number.isNaN(time) && new Date(time).toISOString() === iso && time > 0
  return isMeant ? { time, unit } : null
}

/** A moment with the separators of a version, in UTC. */
function written(version: string, moment: Date): string {
  const digits = moment.toISOString().replaceAll(/\D/g, '').padEnd(digitsOf(version).length, '0')
  let at = 0
  const suffix = /-0000$/.exec(version)?.[0] ?? ''
  const dated = suffix === '' ? version : version.slice(0, -suffix.length)
  return dated.replaceAll(/\d/g, () => digits.charAt(at++)) + suffix
}

function digitsOf(version: string): string {
  return version.replaceAll(/\D/g, '')
}

/** The name of a file without its ending, `.sql` where it is left out. */
export function stemOf(file: string, ending = '.sql'): string {
  return file.endsWith(ending) ? file.slice(0, -ending.length) : file
}
