import { identifier } from '../templates/names.ts'

/** Why PostgreSQL can't hold the name; null where it can. */
export function problemWithName(name: string): string | null {
  try {
    identifier(name)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
