import type { Connection } from '../sql/connection.ts'
import { sql } from '../sql/template.ts'

/** How queries are sent that may be asked at the same time. */
export interface Answers {
  to<Row extends object>(query: string, oids: readonly (keyof Row & string)[]): Promise<readonly Row[]>
}

/** Each query by itself, as many rows are to come. */
export class OneByOne implements Answers {
  readonly #connection: Connection
  #previous: Promise<unknown> = Promise.resolve()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  to<Row>(query: string): Promise<readonly Row[]> {
    const answer = this.#previous.then(() => this.#connection.query<Row>(query))
    this.#previous = answer
    return answer
  }
}

interface Waiting {
  readonly query: string
  /** Takes the rows, as JSON. */
  readonly answer: (text: string | null) => void
  readonly fail: (error: unknown) => void
}

/** All that is asked within one turn of the event loop in one query: with few rows to come, a round trip costs more than they do. */
export class Together implements Answers {
  readonly #connection: Connection
  #waiting: Waiting[] = []

  constructor(connection: Connection) {
    this.#connection = connection
  }

  to<Row extends object>(query: string, oids: readonly (keyof Row & string)[]): Promise<readonly Row[]> {
    return new Promise((resolve, fail) => {
      if (this.#waiting.length === 0) queueMicrotask(() => void this.#send())
      this.#waiting.push({ query, answer: (text) => resolve(rowsOf<Row>(text, oids)), fail })
    })
  }

  async #send(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    const parts = waiting.map(
      ({ query }, at) =>
        `(select pg_catalog.json_agg(answer)::pg_catalog.text from (${query}) answer) as "${at}"`,
    )
    try {
      const [row = {}] = await this.#connection.query<Record<string, string | null>>(
        sql`select ${parts.join(', ')}`,
      )
      for (const [at, { answer }] of waiting.entries()) answer(row[at] ?? null)
    } catch (error) {
      for (const { fail } of waiting) fail(error)
    }
  }
}

/** JSON has an oid as text. */
function rowsOf<Row extends object>(
  text: string | null,
  oids: readonly (keyof Row & string)[],
): readonly Row[] {
  if (text === null) return []
  const rows: Row[] = JSON.parse(text)
  if (oids.length === 0) return rows
  return rows.map((row) => ({ ...row, ...Object.fromEntries(oids.map((oid) => [oid, Number(row[oid])])) }))
}
