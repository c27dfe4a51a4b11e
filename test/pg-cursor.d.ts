declare module 'pg-cursor' {
  import type { Submittable } from 'pg'

  export default class Cursor<Row = unknown> implements Submittable {
    constructor(text: string, values?: readonly unknown[])
    submit(connection: unknown): void
    read(rowCount: number): Promise<Row[]>
    close(): Promise<void>
  }
}
