/**
 * Input that nothing can be done with: a file that can't be read, a layout that nobody knows, a config that
 * contradicts itself. The command line prints `message` (with the place in front, where there is one) and
 * `hint`, and exits with 2.
 */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly hint: string | null
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null

  constructor(
    message: string,
    details: { hint?: string; file?: string; line?: number; column?: number; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    this.hint = details.hint ?? null
    this.file = details.file ?? null
    this.line = details.line ?? null
    this.column = details.column ?? null
  }
}
