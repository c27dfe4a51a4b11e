import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

export interface Command {
  readonly title: string
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
}

export interface PairedTimes {
  /** Wall seconds of each run. */
  readonly ours: readonly number[]
  readonly theirs: readonly number[]
  /** Median of the ratios pair by pair, so that a machine whose speed drifts does not decide. */
  readonly ratio: number
}

/** Runs two commands in turn, each as a whole process that writes its result to a file. One pair to warm up is not counted. */
export function runPairs(ours: Command, theirs: Command, pairs: number, output: string): PairedTimes {
  wallSeconds(ours, output)
  wallSeconds(theirs, output)
  const times = Array.from(
    { length: pairs },
    () => [wallSeconds(ours, output), wallSeconds(theirs, output)] as const,
  )
  return {
    ours: times.map(([a]) => a),
    theirs: times.map(([, b]) => b),
    ratio: median(times.map(([a, b]) => a / b)),
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Exit code 1 says that there are findings; anything above, or a signal, is a failed run. */
function wallSeconds({ title, file, args, cwd }: Command, output: string): number {
  const out = openSync(output, 'w')
  try {
    const start = process.hrtime.bigint()
    const run = spawnSync(file, args, { cwd, stdio: ['ignore', out, 'pipe'] })
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    if (run.error) throw run.error
    if (run.status === null || run.status > 1) {
      throw new Error(
        `${title} failed (${run.status ?? run.signal}): ${run.stderr.toString().slice(0, 2000)}`,
      )
    }
    return seconds
  } finally {
    closeSync(out)
  }
}
