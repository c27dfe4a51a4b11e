import type { CheckResult } from '../findings/check-result.ts'
import type { Finding } from '../findings/finding.ts'
import { fingerprintOf } from '../findings/fingerprint.ts'
import { activeChecks } from './examine.ts'
import { type Life, livesOf } from './lifecycle.ts'
import { loadHistory } from './load-history.ts'
import type { RunRequest } from './request.ts'

/** One run: reads, replays, checks at the end of each file, and tells what the files asked about bring. */
export async function check(request: RunRequest): Promise<{ result: CheckResult; notes: readonly string[] }> {
  const { history, texts, filesOf, tenancy, asked, notes } = await loadHistory(request)
  const lives = livesOf(history, {
    checks: activeChecks(request.config?.checks ?? {}),
    tenancy,
    asked,
    filesOf,
  })
  const order = new Map(history.files.map(({ file }, at) => [file, at]))
  const findings = lives.map((life) => findingOf(life, asked !== null))
  findings.sort((a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || byPlace(a, b))
  const { model, files, statements } = history
  const shown = new Set(findings.map(({ source }) => source?.file))
  return {
    notes,
    result: {
      files: files.length,
      statements,
      relations: [...model.relations.values()].filter(
        ({ source }) => source !== null && texts.has(source.file),
      ).length,
      unmodelled: model.unmodelled.size,
      findings,
      texts: new Map([...texts].filter(([file]) => shown.has(file))),
    },
  }
}

/** Repaired debt is information, unless the file that brings it is what was asked about. */
function findingOf({ defect, file, source, repairedBy }: Life, asked: boolean): Finding {
  const { check, severity, found } = defect
  return {
    check: check.id,
    severity: repairedBy === null || asked ? severity : 'info',
    subject: found.subject,
    message: found.message,
    help: found.help ?? null,
    file: file ?? '',
    source,
    fingerprint: fingerprintOf(check.id, found.subject),
    fix: check.fix?.(found) ?? null,
    repairedBy,
  }
}

function byPlace(a: Finding, b: Finding): number {
  return (
    (a.source?.start ?? 0) - (b.source?.start ?? 0) ||
    compare(a.subject, b.subject) ||
    compare(a.check, b.check)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
