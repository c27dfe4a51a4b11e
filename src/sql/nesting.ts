import { Lexer } from './lexer.ts'
import type { Span } from './split.ts'

/** What stands between an opening token and the one that closes it. */
interface Level {
  readonly kind: 'root' | 'bracket' | 'case'
  /** Tokens since the last one between elements of a list, whose trees stand side by side. */
  tokens: number
  /** The depth of the deepest level that was closed among them. */
  closed: number
  /** The depth of the deepest element. */
  deepest: number
  /** Joins and set operations: each is a tree above all that stands before it. */
  chain: number
}

/**
 * How deep the parse tree of a span can be at most. A tree is no deeper than it has tokens; only lists (commas, AND, OR, the
 * arms of CASE, statements) are known to put trees side by side.
 */
export function nestingBound(text: string, span: Span): number {
  const meter = new NestingMeter()
  const lexer = new Lexer(text, span)
  while (lexer.next()) if (lexer.kind !== 'blank') meter.add(lexer)
  return meter.bound
}

class NestingMeter {
  bound = 0
  #levels: Level[] = [levelOf('root')]
  /** The depths of the levels that the last one stands in. */
  #outer = 0
  /** Whether the next word is a name whatever it says: behind a dot or AS. */
  #expectsName = false

  add(lexer: Lexer): void {
    const word = this.#expectsName ? '' : keywordOf(lexer)
    this.#expectsName = word === 'as' || lexer.isSign(46)
    this.#top.tokens++
    if (lexer.isSign(40) || lexer.isSign(91)) this.#open('bracket')
    else if (lexer.isSign(41) || lexer.isSign(93)) this.#closeBracket()
    else if (lexer.isSign(59)) this.#endStatement()
    else if (lexer.isSign(44) || word === 'and' || word === 'or') this.#endElement()
    else if (word === 'case') this.#open('case')
    else if (this.#top.kind === 'case' && word === 'end') this.#close()
    else if (this.#top.kind === 'case' && arms.has(word)) this.#endElement()
    else if (chains.has(word)) this.#top.chain++
    this.bound = Math.max(this.bound, this.#outer + depthOf(this.#top))
  }

  get #top(): Level {
    return this.#levels[this.#levels.length - 1] as Level
  }

  #open(kind: Level['kind']): void {
    this.#outer += depthOf(this.#top)
    this.#levels.push(levelOf(kind))
  }

  #close(): void {
    const depth = depthOf(this.#top)
    if (this.#levels.length === 1) return
    this.#levels.pop()
    this.#outer -= depthOf(this.#top)
    this.#top.closed = Math.max(this.#top.closed, depth)
  }

  /** CASE within brackets that close has been a name, or is an error. */
  #closeBracket(): void {
    while (this.#top.kind === 'case') this.#close()
    this.#close()
  }

  #endElement(): void {
    const top = this.#top
    top.deepest = Math.max(top.deepest, top.tokens + top.closed)
    top.tokens = 1
    top.closed = 0
  }

  /** Within brackets, as in the actions of a rule, a statement is one of a list. */
  #endStatement(): void {
    if (this.#levels.some(({ kind }) => kind === 'bracket')) {
      this.#endElement()
      return
    }
    this.#levels = [levelOf('root')]
    this.#outer = 0
  }
}

const arms = new Set(['when', 'then', 'else'])
const chains = new Set(['join', 'union', 'except', 'intersect'])

function levelOf(kind: Level['kind']): Level {
  return { kind, tokens: 0, closed: 0, deepest: 0, chain: 0 }
}

function depthOf({ tokens, closed, deepest, chain }: Level): number {
  return chain + Math.max(deepest, tokens + closed)
}

/** The word in lower case if it is short enough to be one that matters. */
function keywordOf(lexer: Lexer): string {
  return lexer.kind === 'word' && lexer.at - lexer.start <= 9 ? lexer.keyword : ''
}
