import { activeChecks } from '../checks/examine.ts'
import type { CheckResult } from '../findings/check-result.ts'
import { livesAgainst } from './against.ts'
import { findingOf, inOrder } from './findings-of.ts'
import type { Changes } from './git/find-changes.ts'
import { loadChanges } from './git/load-changes.ts'
import { withFolder } from './git/snapshot.ts'
import { livesOf } from './lifecycle.ts'
import { type LoadedHistory, loadHistory } from './load-history.ts'
import type { RunRequest } from './request.ts'
import type { ServerRequest } from './server-request.ts'

interface Checked {
  readonly result: CheckResult
  readonly notes: readonly string[]
}

/**
 * One run: reads, replays, checks at the end of each file, and tells what the files asked about, or the changes, bring.
 * With an engine, what stands at the end is what a server holds that ran the migrations.
 */
export async function check(
  request: RunRequest,
  server: ServerRequest,
  changes: Changes | null = null,
): Promise<Checked> {
  if (changes === null) return await judge(await loadHistory(request), request, server)
  return await withFolder(async (folder) => judge(await loadChanges(changes, folder), request, server))
}

async function judge(loaded: LoadedHistory, request: RunRequest, server: ServerRequest): Promise<Checked> {
  const { history, texts, filesOf, tenancy, asked, earlier, notes, assumed } = loaded
  const checks = activeChecks(request.config?.checks ?? {})
  const replayed =
    earlier === null
      ? livesOf(history, { checks, tenancy, asked, filesOf })
      : livesAgainst(earlier, loaded, checks)
  const { engine } = server
  const settled =
    engine === null
      ? { lives: replayed, notes: [], server: null }
      : await (await import('./settle.ts')).settle(loaded, replayed, checks, engine, server)
  const findings = inOrder(
    settled.lives.map((life) => findingOf(life, asked !== null)),
    history.files.map(({ file }) => file),
  )
  const { model, files, statements } = history
  const shown = new Set(findings.map(({ source }) => source?.file))
  return {
    notes: [...notes, ...settled.notes, ...assumed],
    result: {
      files: files.length,
      checked: files.map(({ file }) => file).filter((file) => asked?.has(file) ?? true),
      statements,
      relations: [...model.relations.values()].filter(
        ({ source }) => source !== null && texts.has(source.file),
      ).length,
      unmodelled: settled.server === null ? model.unmodelled.size : 0,
      server: settled.server,
      notCompared: null,
      suppressed: 0,
      baselined: 0,
      findings,
      texts: new Map([...texts].filter(([file]) => shown.has(file))),
    },
  }
}
