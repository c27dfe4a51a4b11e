import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { type Grammar, type Outcome, ParserOverrun } from './grammar.ts'
import { type Answer, count, type ParserLink, type Request, signal, type Text } from './parser-protocol.ts'

/**
 * A grammar in a thread of its own, so that parsing uses a second core. It is loaded there alone, while this thread still
 * starts; what is going to be asked for is parsed ahead, and the rest waited for.
 */
export class ParserThread implements Grammar {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #patience: number
  readonly #signals = new Int32Array(new SharedArrayBuffer(12))
  readonly #loaded: Promise<void>
  /** Texts that are parsed ahead and were not asked for yet, with their start in all of them. */
  readonly #ahead = new Map<string, number>()
  readonly #answers = new Map<number | null, Answer>()
  /** The code of the script that was asked for last, by kind and text. */
  #code: ReadonlyMap<string, Outcome> = new Map()
  #length = 0

  /**
   * `file`: a module that calls `serveParser` with the data of its worker. `patience`: for how many milliseconds an answer is
   * waited for; a text of 16 MB takes seconds, a thread that was killed takes for ever.
   */
  constructor(file: URL, patience = 60_000) {
    this.#patience = patience
    const { port1, port2 } = new MessageChannel()
    const link: ParserLink = { port: port2, signals: this.#signals }
    this.#port = port1
    this.#worker = new Worker(file, { workerData: link, transferList: [port2] })
    this.#loaded = new Promise((resolve, reject) => {
      this.#worker.once('message', () => resolve())
      this.#worker.once('error', (cause) => reject(failed(cause.message, cause)))
      this.#worker.once('exit', (code) => reject(failed(`it ended with ${code}`)))
    })
    this.#loaded.catch(() => undefined)
    this.#worker.unref()
  }

  /** Resolves once the grammar is there; nothing may be parsed before. Rejects with what keeps it from being loaded. */
  async load(): Promise<void> {
    this.#worker.ref()
    try {
      await this.#loaded
    } finally {
      this.#worker.unref()
    }
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  /** An empty text starts where the next one does, so that their answers could not be told apart; nobody asks for it. */
  parseAhead(texts: Iterable<string>): void {
    const scripts: string[] = []
    for (const text of texts) {
      if (text === '' || this.#ahead.has(text)) continue
      this.#ahead.set(text, this.#length)
      this.#length += text.length
      scripts.push(text)
    }
    this.#ask({ kind: 'ahead', scripts })
  }

  parse(script: string): Outcome {
    const start = this.#ahead.get(script)
    if (start === undefined) return this.#now({ kind: 'script', text: script })
    this.#ahead.delete(script)
    const answer = this.#receive(start)
    this.#code = new Map((answer.code ?? []).map((code) => [keyOf(code), code.outcome]))
    return outcomeOf(answer)
  }

  parsePlPgSql(statement: string): Outcome {
    return this.#now({ kind: 'plpgsql', text: statement })
  }

  #now(text: Text): Outcome {
    const known = this.#code.get(keyOf(text))
    if (known !== undefined) return known
    this.#ask(text)
    return outcomeOf(this.#receive(null))
  }

  #ask(request: Request): void {
    this.#port.postMessage(request)
    count(this.#signals, signal.asked)
  }

  #receive(id: number | null): Answer {
    while (true) {
      const kept = this.#answers.get(id)
      if (kept !== undefined) {
        this.#answers.delete(id)
        return kept
      }
      const seen = Atomics.load(this.#signals, signal.answered)
      const received = receiveMessageOnPort(this.#port) as { readonly message: Answer } | undefined
      if (received !== undefined) this.#answers.set(received.message.id, received.message)
      else this.#wait(id, seen)
    }
  }

  /** The thread is told how far this one is only where this one waits for it: to wake it for each text costs more than the text. */
  #wait(id: number | null, seen: number): void {
    if (id !== null) {
      Atomics.store(this.#signals, signal.reached, id)
      count(this.#signals, signal.asked)
    }
    if (Atomics.wait(this.#signals, signal.answered, seen, this.#patience) === 'timed-out') {
      throw failed(`it gave no answer for ${this.#patience / 1000} seconds`)
    }
  }
}

function keyOf({ kind, text }: Text): string {
  return `${kind} ${text}`
}

function outcomeOf(answer: Answer): Outcome {
  if ('outcome' in answer) return answer.outcome
  if ('overrun' in answer) throw new ParserOverrun(answer.overrun)
  throw failed(answer.failure)
}

function failed(reason: string, cause?: unknown): Error {
  return new Error(`the thread that parses failed: ${reason}`, { cause })
}
