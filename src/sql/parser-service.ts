import { parentPort, receiveMessageOnPort } from 'node:worker_threads'
import { codeIn, parseText } from './code-ahead.ts'
import { type Grammar, loadGrammar, type Outcome, ParserOverrun } from './grammar.ts'
import { type Answer, count, type ParserLink, type Request, signal } from './parser-protocol.ts'

/** How much text is parsed before it is asked for: its trees wait as JSON, ten to fifty times as long. */
const window = 2 << 20

/** Parses for a `ParserThread` until its thread is ended. */
export async function serveParser(link: ParserLink): Promise<void> {
  const grammar = await loadGrammar()
  parentPort?.postMessage('loaded')
  new ParserService(link, grammar).serve()
}

class ParserService {
  readonly #link: ParserLink
  readonly #grammar: Grammar
  /** To be parsed ahead; those before `#next` are done. */
  readonly #scripts: string[] = []
  #next = 0
  /** Where the next one starts in all of them. */
  #start = 0

  constructor(link: ParserLink, grammar: Grammar) {
    this.#link = link
    this.#grammar = grammar
  }

  /** What is asked at once comes before what is parsed ahead. */
  serve(): never {
    const { port, signals } = this.#link
    while (true) {
      const seen = Atomics.load(signals, signal.asked)
      const received = receiveMessageOnPort(port) as { readonly message: Request } | undefined
      if (received !== undefined) this.#take(received.message)
      else if (!this.#parseAhead()) Atomics.wait(signals, signal.asked, seen)
    }
  }

  #take(request: Request): void {
    if (request.kind === 'ahead') for (const script of request.scripts) this.#scripts.push(script)
    else this.#answer(null, () => ({ outcome: parseText(this.#grammar, request) }))
  }

  /** False where nothing is to be parsed, or enough waits to be asked for. */
  #parseAhead(): boolean {
    const script = this.#scripts[this.#next]
    const reached = Atomics.load(this.#link.signals, signal.reached)
    if (script === undefined || this.#start >= reached + window) return false
    this.#answer(this.#start, () => {
      const outcome = this.#grammar.parse(script)
      const code = codeIn(this.#grammar, outcome)
      return code.length === 0 ? { outcome } : { outcome, code }
    })
    this.#start += script.length
    this.#next++
    return true
  }

  #answer(id: number | null, parse: () => Parsed): void {
    this.#link.port.postMessage(answerOf(id, parse))
    count(this.#link.signals, signal.answered)
  }
}

type Parsed = Pick<Answer, 'code'> & { readonly outcome: Outcome }

function answerOf(id: number | null, parse: () => Parsed): Answer {
  try {
    return { id, ...parse() }
  } catch (error) {
    if (error instanceof ParserOverrun) return { id, overrun: error.message }
    return { id, failure: error instanceof Error ? error.message : String(error) }
  }
}
