import { setFlagsFromString } from 'node:v8'
import { parseIn } from '../sql/parse.ts'
import { ParserThread } from '../sql/parser-thread.ts'

/**
 * Starts the thread that parses, before anything else is loaded. What it runs is compiled once, without the compiler that
 * optimises: that takes longer with PostgreSQL's grammar than it saves on 18 MB of SQL, and the process waits for its end.
 * For the same reason JavaScript is optimised after twice as much work as usual, and with a third of the inlining: V8 does so
 * on a core that the parser could have.
 */
export function startParser(): void {
  setFlagsFromString('--liftoff-only')
  setFlagsFromString('--interrupt-budget=270000')
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=300')
  parseIn(new ParserThread(new URL('./parser-worker.js', import.meta.url)))
}
