import { resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { InputError } from '../../findings/input-error.ts'
import type { Migration } from '../../replay/migration.ts'
import type { Connection } from '../../sql/connection.ts'
import type { Answer, Reply, Task } from './collector-protocol.ts'

export interface RunProgramOptions {
  readonly cwd: string
  /** A module that calls `servePrograms`. */
  readonly worker: URL
  /** For how many milliseconds a migration may do without the server. */
  readonly patience?: number
}

/** Runs the `up` of a migration for Kysely in a thread of its own; what it sends goes over the connection. */
export function runProgram(
  { file }: Migration,
  connection: Connection,
  { cwd, worker, patience = 60_000 }: RunProgramOptions,
): Promise<void> {
  return new Promise((settle, reject) => {
    const task: Task = { kind: 'run', file: resolve(cwd, file) }
    const thread = new Worker(worker, { workerData: task, stdout: true, stderr: true })
    let timer: NodeJS.Timeout | undefined
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => fail(`up() does nothing for ${patience / 1000} seconds`), patience)
    }
    const fail = (message: string, line: number | null = null) => {
      clearTimeout(timer)
      reject(new InputError(message, { file, ...(line === null ? {} : { line }) }))
      void thread.terminate()
    }
    thread.on('message', (answer: Answer) => {
      if (answer.kind === 'query') {
        clearTimeout(timer)
        void reply(connection, answer).then((reply) => {
          thread.postMessage(reply)
          wait()
        })
      } else if (answer.kind === 'failed') fail(`up() fails: ${answer.message}`, answer.line)
      else if (answer.kind === 'done') {
        clearTimeout(timer)
        settle()
      }
    })
    wait()
    thread.on('error', (error) => fail(`fails outside of up(): ${error.message}`))
    thread.on('exit', (code) => fail(`ends the process, with ${code}`))
  })
}

async function reply(
  connection: Connection,
  { id, sql, values }: Extract<Answer, { kind: 'query' }>,
): Promise<Reply> {
  try {
    return { id, rows: await connection.query(sql, values) }
  } catch (error) {
    const { message, code } = error as { readonly message: string; readonly code?: unknown }
    return { id, error: { message, code: typeof code === 'string' ? code : null } }
  }
}
