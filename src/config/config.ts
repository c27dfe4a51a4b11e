import type { checkIds } from '../checks/index.ts'
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
  readonly checks?: { readonly [Id in (typeof checkIds)[number]]?: Severity | 'off' }
}

/** A config file, parsed. */
export interface Config {
  /** The file as it is shown: relative to the working directory. */
  readonly file: string
  /** Paths relative to the working directory. Empty where the file names none. */
  readonly migrations: readonly MigrationsEntry[]
  readonly tenancy: TenancyDeclaration
  readonly checks: Readonly<Record<string, Severity | 'off'>>
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
