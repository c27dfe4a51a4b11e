import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { InputError } from '../../findings/input-error.ts'

/**
 * The text of a file, without a byte-order mark (which is no SQL). Only UTF-8 is text: anything else could be read
 * as something that PostgreSQL would not see. `shown` is the file as messages name it.
 */
export function readText(path: string, shown: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw new InputError(whyUnreadable(cause as NodeJS.ErrnoException), { file: shown, cause })
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new InputError('is UTF-16, not UTF-8', { file: shown, line: 1, hint: 'Save it as UTF-8.' })
  }
  if (!isUtf8(bytes)) {
    const at = firstInvalidByte(bytes)
    const line = bytes.subarray(0, at).reduce((count, byte) => (byte === 10 ? count + 1 : count), 1)
    throw new InputError(`is not valid UTF-8 (byte ${at} of the file)`, {
      file: shown,
      line,
      hint: 'Save it as UTF-8.',
    })
  }
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return bytes.toString('utf8', marked ? 3 : 0)
}

function whyUnreadable(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EISDIR':
      return 'is a folder, not a file'
    case 'EACCES':
    case 'EPERM':
      return 'may not be read (permission denied)'
    case 'ERR_STRING_TOO_LONG':
    case 'ERR_FS_FILE_TOO_LARGE':
      return 'is too large to be read'
    default:
      return `can't be read: ${error.message}`
  }
}

/** Where the first character that is none starts. */
function firstInvalidByte(bytes: Buffer): number {
  let low = 0
  let high = bytes.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (beginsValid(bytes, middle)) low = middle
    else high = middle - 1
  }
  while (!isUtf8(bytes.subarray(0, low))) low--
  return low
}

/** Whether the first `length` bytes are valid, but for a character that is cut off at their end. */
function beginsValid(bytes: Buffer, length: number): boolean {
  for (let cut = 0; cut <= 3 && cut <= length; cut++) {
    const whole = length - cut
    if (isUtf8(bytes.subarray(0, whole))) return cut === 0 || mayBegin(bytes.subarray(whole, length))
  }
  return false
}

/** Whether more bytes could make one character of these. */
function mayBegin(bytes: Buffer): boolean {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    return decoder.decode(bytes, { stream: true }) === ''
  } catch {
    return false
  }
}
