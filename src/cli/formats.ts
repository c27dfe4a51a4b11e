import type { CheckResult } from '../findings/check-result.ts'
import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import type { Colors } from '../report/terminal.ts'
import { inRepository } from './repository-root.ts'
import { version } from './version.ts'

export const formats = ['text', 'json', 'sarif', 'github', 'gitlab', 'junit', 'markdown'] as const

export type Format = (typeof formats)[number]

export interface WrittenFor {
  readonly colors: Colors
  readonly quiet: boolean
}

export function formatNamed(name: string): Format {
  const format = formats.find((known) => known === name)
  if (format !== undefined) return format
  if (name === 'html') {
    throw new InputError('--format html is not there yet', {
      hint: `This version writes ${formats.join(', ')}.`,
    })
  }
  throw new InputError(`unknown format "${name}"; ${suggestion(name, formats)}`)
}

/** The result in a format. What only one format needs is loaded for that one. */
export async function written(
  format: Format,
  result: CheckResult,
  { colors, quiet }: WrittenFor,
): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('../report/check-text.ts')).checkText(result, { colors, quiet })
    case 'json':
      return (await import('../report/check-json.ts')).checkJson(result, version())
    case 'sarif': {
      const { describedChecks: checks } = await import('./described-checks.ts')
      const { checkSarif } = await import('../report/check-sarif.ts')
      return checkSarif(inRepository(result), { version: version(), checks, quiet })
    }
    case 'github':
      return (await import('../report/check-github.ts')).checkGithub(inRepository(result), quiet)
    case 'gitlab':
      return (await import('../report/check-gitlab.ts')).checkGitlab(inRepository(result), quiet)
    case 'junit':
      return (await import('../report/check-junit.ts')).checkJunit(inRepository(result), quiet)
    case 'markdown':
      return (await import('../report/check-markdown.ts')).checkMarkdown(inRepository(result), quiet)
  }
}
