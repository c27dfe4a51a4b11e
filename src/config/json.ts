import { InputError } from '../findings/input-error.ts'
import { LineIndex } from '../findings/position.ts'

export type JsonPath = readonly (string | number)[]

/** A JSON document that remembers where its members stand. */
export interface JsonDocument {
  readonly value: unknown
  /** Offset of the member that a path names, or of the nearest one around it that exists. */
  offsetOf(path: JsonPath): number
}

/**
 * Parses JSON. Beyond `JSON.parse` it tells the line and column of a mistake on every version of Node,
 * refuses a key that is written twice, and can say where a member stands.
 */
export function parseJson(file: string, text: string): JsonDocument {
  return new JsonReader(file, text).document()
}

const tokens = /[\t\n\r ]+|[{}[\],:]|"(?:[^"\\\n\r]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/y

class JsonReader {
  readonly #file: string
  readonly #text: string
  readonly #offsets = new Map<string, number>()
  #at: number
  #tokenAt = 0
  #token: string | null = null

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
    this.#at = text.startsWith('\ufeff') ? 1 : 0
    this.#next()
  }

  document(): JsonDocument {
    const value = this.#root()
    if (this.#token !== null) this.#fail('nothing may follow the end of the document')
    return { value, offsetOf: (path) => this.#offsetOf(path) }
  }

  #root(): unknown {
    try {
      return this.#value([])
    } catch (error) {
      if (error instanceof RangeError) return this.#fail('nested too deeply to be read')
      throw error
    }
  }

  #offsetOf(path: JsonPath): number {
    for (let length = path.length; length > 0; length--) {
      const offset = this.#offsets.get(JSON.stringify(path.slice(0, length)))
      if (offset !== undefined) return offset
    }
    return 0
  }

  #value(path: JsonPath): unknown {
    const token = this.#token
    if (token === '{') return this.#object(path)
    if (token === '[') return this.#array(path)
    if (token === null) this.#fail('the document ends where a value is expected')
    if (/^[}\],:]/.test(token)) this.#fail(`a value is expected, not "${token}"`)
    const value = this.#literal(token)
    this.#next()
    return value
  }

  #literal(token: string): unknown {
    try {
      return JSON.parse(token)
    } catch {
      return this.#fail(`${token} is no JSON`)
    }
  }

  #object(path: JsonPath): unknown {
    const members: [string, unknown][] = []
    const keys = new Set<string>()
    this.#next()
    while (this.#token !== '}') {
      if (members.length > 0) this.#expect(',', 'a comma or "}" is expected')
      if (!this.#token?.startsWith('"')) this.#fail('a key in double quotes is expected')
      const key = String(this.#literal(this.#token))
      if (keys.has(key)) this.#fail(`the key "${key}" is written twice`)
      keys.add(key)
      const member = [...path, key]
      this.#offsets.set(JSON.stringify(member), this.#tokenAt)
      this.#next()
      this.#expect(':', 'a colon is expected')
      members.push([key, this.#value(member)])
    }
    this.#next()
    return Object.fromEntries(members)
  }

  #array(path: JsonPath): unknown {
    const items: unknown[] = []
    this.#next()
    while (this.#token !== ']') {
      if (items.length > 0) this.#expect(',', 'a comma or "]" is expected')
      const item = [...path, items.length]
      this.#offsets.set(JSON.stringify(item), this.#tokenAt)
      items.push(this.#value(item))
    }
    this.#next()
    return items
  }

  #expect(token: string, message: string): void {
    if (this.#token !== token)
      this.#fail(this.#token === null ? `${message}, and the document ends` : message)
    this.#next()
  }

  #next(): void {
    do {
      this.#tokenAt = this.#at
      if (this.#at >= this.#text.length) {
        this.#token = null
        return
      }
      tokens.lastIndex = this.#at
      const match = tokens.exec(this.#text)
      if (match === null) this.#fail('this is no JSON')
      this.#token = match[0]
      this.#at += match[0].length
    } while (/^[\t\n\r ]/.test(this.#token))
  }

  #fail(message: string): never {
    const place = new LineIndex(this.#text).positionOf(this.#tokenAt)
    throw new InputError(message, { file: this.#file, ...place })
  }
}
