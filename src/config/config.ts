import type { checkIds } from '../checks/index.ts'
import type { AcceptanceId } from '../findings/acceptance-checks.ts'
import type { Severity } from '../findings/finding.ts'
import type { LayoutName } from '../replay/layouts/layout.ts'
import type { TenancyDeclaration, TenancyInput } from '../tenancy/declaration.ts'

/** What a config file holds, as the user writes it. Everything is optional. */
export interface ConfigInput {
  readonly $schema?: string | undefined
  /** Folders, files or globs in the order of replay, relative to the config file. */
  readonly migrations?: readonly (
    | string
    | {
        readonly path: string
        readonly layout?: LayoutName | undefined
        readonly variables?: Readonly<Record<string, string>> | undefined
      }
  )[]
  readonly tenancy?: TenancyInput
  readonly checks?: SeveritiesInput
  /** Other severities for findings of some files; a later entry wins. */
  readonly paths?: readonly {
    /** A file, a folder or a glob, relative to the config file. */
    readonly path: string
    readonly checks: SeveritiesInput
  }[]
  /** The baseline to read, relative to the config file. */
  readonly baseline?: string | undefined
}

type SeveritiesInput = { readonly [Id in (typeof checkIds)[number] | AcceptanceId]?: Severity | 'off' }

/** A config file, parsed. */
export interface Config {
  /** The file as it is shown: relative to the working directory. */
  readonly file: string
  /** Paths relative to the working directory. Empty where the file names none. */
  readonly migrations: readonly MigrationsEntry[]
  readonly tenancy: TenancyDeclaration
  readonly checks: CheckSeverities
  readonly paths: readonly PathSeverities[]
  /** Relative to the working directory; null where none is named. */
  readonly baseline: string | null
}

/** Severity by check id. */
export type CheckSeverities = Readonly<Record<string, Severity | 'off'>>

/** The severities of some files. */
export interface PathSeverities {
  /** Whether they are those of a file, as it is shown. */
  readonly holds: (file: string) => boolean
  readonly checks: CheckSeverities
}

export interface MigrationsEntry {
  readonly path: string
  readonly layout?: LayoutName
  /** Values of psql variables and of the placeholders that the migration tool fills. */
  readonly variables?: Readonly<Record<string, string>>
}

/** Types a config file: `export default defineConfig({ migrations: ['migrations'] })`. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config
}
