import { byFingerprint } from '../findings/baseline.ts'
import type { CheckResult } from '../findings/check-result.ts'
import { InputError } from '../findings/input-error.ts'
import {
  entriesFor,
  ratchetNote,
  readBaseline,
  splitByBaseline,
  staleFindings,
  writeBaseline,
} from './baseline.ts'
import { inOrder } from './findings-of.ts'
import type { RunRequest } from './request.ts'
import { type Seen, suppress } from './suppress.ts'
import { today } from './suppressions.ts'

/** What is left of what a run sees, and what was accepted. `texts`: those of files that are no migrations. */
export interface Accepted extends Pick<CheckResult, 'findings' | 'suppressed' | 'baselined' | 'texts'> {
  readonly notes: readonly string[]
}

/** Takes out what comments and the baseline accept. Writes the baseline where that is asked for. */
export async function accept(request: RunRequest, seen: Seen): Promise<Accepted> {
  const { cwd, baseline: asked = null } = request
  const { loaded, isDatabase } = seen
  const isPartial = loaded !== null && loaded.asked !== null
  const isWritten = asked?.isWritten ?? false
  if (isWritten && isPartial) {
    throw new InputError('a baseline is written of the whole history, and not of some files', {
      hint: 'Leave out the paths, --staged and --since.',
    })
  }
  const baseline = asked === null ? null : await readBaseline(cwd, asked)
  const before = baseline?.entries ?? []
  const known = byFingerprint(before)
  const { told, suppressed } = suppress(seen, {
    counts: (fingerprint) => isWritten || known.has(fingerprint),
    today: today(),
  })
  const own = before.filter(({ database }) => database === isDatabase)
  const others = before.filter((entry) => !own.includes(entry))
  const byOthers = splitByBaseline(told, isDatabase ? others : [], isPartial)
  const rest = isDatabase ? byOthers.open.map(({ finding }) => ({ finding, ordinal: 1 })) : byOthers.open
  const entries = isWritten ? entriesFor(rest, own, seen) : own
  const { open, baselined } = splitByBaseline(rest, entries, isPartial)
  const findings = inOrder(
    open.map(({ finding }) => finding),
    loaded?.history.files.map(({ file }) => file) ?? [],
  )
  const counts = { suppressed, baselined: baselined + byOthers.baselined }
  if (baseline === null) return { ...counts, findings, notes: [], texts: new Map() }
  const { file, text } = baseline
  const texts = new Map([[file, text]])
  if (isWritten) {
    writeBaseline(cwd, file, [...others, ...entries])
    const notes = [ratchetNote(file, own, entries, rest), ...namingNote(request)]
    return { ...counts, findings, notes, texts }
  }
  const stale = isPartial ? [] : staleFindings(file, own, rest, seen)
  return { ...counts, findings: [...findings, ...stale], notes: [], texts }
}

function namingNote({ config, baseline }: RunRequest): string[] {
  if (config?.baseline) return []
  return [`${baseline?.file} is read where it is named: with --baseline, or as "baseline" in the config`]
}
