import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where a statement was asked for. */
export interface CallSite {
  /** Relative to the working directory where it lies below it. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A line of a program, by its absolute path. */
export interface Place {
  readonly path: string
  readonly line: number
  readonly column: number
}

/** Deep enough for a call through Kysely and the builders of this library. */
const frames = 60

/** Notes who is calling; what it says is worked out when `callSiteOf` asks. `caller`: who is told where the stack shows nobody. */
export function traceHere(caller?: Error): Error {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = frames
  try {
    return new Error('called from here', { cause: caller })
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** The innermost caller that is neither Kysely, nor a driver, nor this library; null where the stack has none. */
export function callSiteOf(trace: Error): CallSite | null {
  for (const { path, line, column } of placesIn(trace)) {
    if (!isMachinery(path)) return { file: shown(path), line, column }
  }
  return null
}

/** The innermost place of a file on the stack; `path` is absolute. */
export function placeWithin(path: string, trace: Error): Place | null {
  for (const place of placesIn(trace)) if (place.path === path) return place
  return null
}

/** Whether the innermost caller, this library aside, is Kysely or a plugin of its own. */
export function isCalledByKysely(trace: Error): boolean {
  for (const { path } of placesIn(trace)) {
    if (!path.startsWith(own)) return path.includes(`${sep}node_modules${sep}kysely${sep}`)
  }
  return false
}

/** From the innermost, then those of the caller that was handed over. */
function* placesIn(trace: Error): Generator<Place> {
  for (const row of trace.stack?.split('\n') ?? []) {
    const frame = /^\s*at (?:.*\()?((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/.exec(row)
    const path = frame?.[1] === undefined ? null : pathOf(frame[1])
    if (path !== null) yield { path, line: Number(frame?.[2]), column: Number(frame?.[3]) }
  }
  if (trace.cause instanceof Error) yield* placesIn(trace.cause)
}

/** `migrations/002_invoices.ts:12` */
export function displayCallSite({ file, line }: CallSite): string {
  return `${file}:${line}`
}

function pathOf(place: string): string | null {
  if (place.startsWith('node:') || place === 'native') return null
  const text = place.replace(/^async /, '')
  return resolve(text.startsWith('file:') ? fileURLToPath(text) : text)
}

const drivers = ['kysely', 'kysely-ctl', 'pg', 'pg-cursor', 'pg-pool', '@electric-sql', 'ringfence']
const installed = drivers.map((name) => `${sep}node_modules${sep}${name}${sep}`)

/** All of this library: the folder `src`, or what it is bundled into. */
const own = `${dirname(fileURLToPath(import.meta.url)).replace(/[/\\]kysely[/\\]guard$/, '')}${sep}`

function isMachinery(path: string): boolean {
  return path.startsWith(own) || installed.some((folder) => path.includes(folder))
}

function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
