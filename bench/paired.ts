import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

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
  /** The same of the processor time, which other work on the machine moves less. */
  readonly processorRatio: number
}

interface Cost {
  readonly wall: number
  readonly processor: number
}

/** Runs two commands in turn, each as a whole process that writes its result to a file. One pair to warm up is not counted. */
export function runPairs(ours: Command, theirs: Command, pairs: number, output: string): PairedTimes {
  costOf(ours, output)
  costOf(theirs, output)
  const costs = Array.from({ length: pairs }, () => [costOf(ours, output), costOf(theirs, output)] as const)
  return {
    ours: costs.map(([a]) => a.wall),
    theirs: costs.map(([, b]) => b.wall),
    ratio: median(costs.map(([a, b]) => a.wall / b.wall)),
    processorRatio: median(costs.map(([a, b]) => a.processor / b.processor)),
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Exit code 1 says that there are findings; anything above, or a signal, is a failed run. */
function costOf({ title, file, args, cwd }: Command, output: string): Cost {
  const out = openSync(output, 'w')
  try {
    const before = processorTicks()
    const start = process.hrtime.bigint()
    const run = spawnSync(file, args, { cwd, stdio: ['ignore', out, 'pipe'] })
    const wall = Number(process.hrtime.bigint() - start) / 1e9
    if (run.error) throw run.error
    if (run.status === null || run.status > 1) {
      throw new Error(
        `${title} failed (${run.status ?? run.signal}): ${run.stderr.toString().slice(0, 2000)}`,
      )
    }
    return { wall, processor: processorTicks() - before }
  } finally {
    closeSync(out)
  }
}

/** The processor time of all processes that this one has waited for, and of theirs; not a number where Linux doesn't tell. */
function processorTicks(): number {
  if (process.platform !== 'linux') return Number.NaN
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[13]) + Number(fields[14])
}
