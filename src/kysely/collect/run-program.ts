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
}

/** Runs the `up` of a migration for Kysely in a thread of its own; what it sends goes over the connection. */
export function runProgram(
  { file }: Migration,
  connection: Connection,
  { cwd, worker }: RunProgramOptions,
): Promise<void> {
  return new Promise((settle, reject) => {
    const task: Task = { kind: 'run', file: resolve(cwd, file) }
    const thread = new Worker(worker, { workerData: task, stdout: true, stderr: true })
    const fail = (message: string, line: number | null = null) => {
      reject(new InputError(message, { file, ...(line === null ? {} : { line }) }))
      void thread.terminate()
    }
    thread.on('message', (answer: Answer) => {
      if (answer.kind === 'query') {
        void reply(connection, answer).then((reply) => thread.postMessage(reply))
      } else if (answer.kind === 'failed') fail(`up() fails: ${answer.message}`, answer.line)
      else if (answer.kind === 'done') settle()
    })
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
