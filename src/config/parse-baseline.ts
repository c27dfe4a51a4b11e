import { z } from 'zod'
import { checkIds } from '../checks/index.ts'
import { acceptanceIds } from '../findings/acceptance-checks.ts'
import { type BaselineEntry, baselineVersion } from '../findings/baseline.ts'
import { fingerprintOf } from '../findings/fingerprint.ts'
import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import { LineIndex } from '../findings/position.ts'
import type { Span } from '../sql/split.ts'
import { complaintsOf, explain } from './complaints.ts'
import { type JsonDocument, type JsonPath, parseJson } from './json.ts'

/** An entry, and where it stands in the file. */
export interface ReadEntry extends BaselineEntry, Span {}

const known: readonly string[] = [...checkIds, ...acceptanceIds]

const baselineSchema = z.strictObject({
  version: z.literal(baselineVersion),
  findings: z.array(
    z.strictObject({
      check: z.string(),
      subject: z.string().min(1),
      fingerprint: z.string(),
      occurrences: z.int().min(2).optional(),
      database: z.literal(true).optional(),
    }),
  ),
})

/** Parses a baseline. Throws `InputError` where anything in it is not as `--update-baseline` writes it. `file`: as it is shown. */
export function parseBaseline(text: string, file: string): readonly ReadEntry[] {
  const document = parseJson(file, text)
  refuseOtherVersion(document, file)
  const lines = new LineIndex(text)
  const fail = (path: JsonPath, message: string): never => {
    throw new InputError(message, { file, ...lines.positionOf(document.offsetOf(path)), hint: mend })
  }
  const parsed = baselineSchema.safeParse(document.value, { error: explain })
  if (!parsed.success) {
    const [complaint] = parsed.error.issues.flatMap(complaintsOf)
    const { path = [], message = 'is no baseline' } = complaint ?? {}
    return fail(path, path.length === 0 ? message : `${path.join('.')}: ${message}`)
  }
  const seen = new Set<string>()
  return parsed.data.findings.map(
    ({ check, subject, fingerprint, occurrences = 1, database = false }, at) => {
      const path = ['findings', at, 'check']
      if (!known.includes(check)) fail(path, `"${check}" is no check; ${suggestion(check, known)}`)
      if (fingerprint !== fingerprintOf(check, subject)) {
        fail(path, `the fingerprint is not that of ${check} on ${subject}`)
      }
      const key = `${fingerprint} ${database}`
      if (seen.has(key)) fail(path, `${check} on ${subject} is listed twice`)
      seen.add(key)
      const start = document.offsetOf(path)
      const end = text.indexOf('\n', start)
      return { check, subject, occurrences, database, start, end: end < 0 ? text.length : end }
    },
  )
}

const mend = 'Take the entry out, or write the file anew with --update-baseline once it is removed.'

function refuseOtherVersion({ value }: JsonDocument, file: string): void {
  const { version } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly version?: unknown
  }
  if (typeof version !== 'number' || version === baselineVersion) return
  throw new InputError(
    `is a baseline of version ${version}, and this ringfence reads version ${baselineVersion}`,
    {
      file,
      hint: 'Use the ringfence that wrote it, or remove the file and write it anew with --update-baseline.',
    },
  )
}
