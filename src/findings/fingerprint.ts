import { createHash } from 'node:crypto'

/** Check id and subject, never line or message: the same defect keeps its fingerprint while the file moves. */
export function fingerprintOf(check: string, subject: string): string {
  return createHash('sha256').update(`${check}\0${subject}`).digest('hex').slice(0, 16)
}
