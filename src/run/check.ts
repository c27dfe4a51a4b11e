import { checks } from '../checks/index.ts'
import type { CheckResult } from '../findings/check-result.ts'
import { accept } from './accept.ts'
import { livesAgainst } from './against.ts'
import type { Changes } from './git/find-changes.ts'
import { loadChanges } from './git/load-changes.ts'
import { withFolder } from './git/snapshot.ts'
import { livesOf } from './lifecycle.ts'
import { type LoadedHistory, loadHistory } from './load-history.ts'
import type { RunRequest } from './request.ts'
import type { ServerRequest } from './server-request.ts'
import { Severities } from './severities.ts'

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

/** What is to be told of a history. */
export async function judge(
  loaded: LoadedHistory,
  request: RunRequest,
  server: ServerRequest,
): Promise<Checked> {
  const { history, texts, filesOf, tenancy, asked, earlier, notes, assumed } = loaded
  const severities = new Severities(request.config)
  const active = severities.active()
  const replayed =
    earlier === null
      ? livesOf(history, { checks: active, tenancy, asked, filesOf })
      : livesAgainst(earlier, loaded, active)
  const { engine } = server
  const settled =
    engine === null
      ? { lives: replayed, notes: [], server: null }
      : await (await import('./settle.ts')).settle(loaded, replayed, active, engine, server)
  const sees = (id: string) => severities.isOn(id) && isSeen(id, settled.server !== null)
  const accepted = await accept(request, {
    loaded,
    lives: settled.lives,
    whole: () =>
      asked === null && earlier === null
        ? replayed
        : livesOf(history, { checks: active, tenancy, asked: null, filesOf }),
    isDatabase: false,
    sees,
    answersFor: sees,
    severities,
  })
  const { findings, suppressed, baselined } = accepted
  const { model, files, statements } = history
  const shown = new Set(findings.map(({ source }) => source?.file))
  return {
    notes: [...notes, ...settled.notes, ...assumed, ...accepted.notes],
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
      suppressed,
      baselined,
      findings,
      texts: new Map([...texts, ...accepted.texts].filter(([file]) => shown.has(file))),
    },
  }
}

/** Whether the run would tell of a finding: migrations show it, and where a server has the last word, it is one that both show. */
function isSeen(id: string, isSettled: boolean): boolean {
  const sources = checks.find((check) => check.id === id)?.sources
  return sources === undefined || (!isSettled && sources.includes('replay'))
}
