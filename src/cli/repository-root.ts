import { existsSync, realpathSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import type { CheckResult } from '../findings/check-result.ts'
import { withPaths } from '../report/with-paths.ts'

/**
 * The result with its paths from the root of the checkout, where the environment names it: from there GitHub and GitLab look for
 * files, and the working directory may be below it.
 */
export function inRepository(result: CheckResult): CheckResult {
  const { GITHUB_WORKSPACE, CI_PROJECT_DIR } = process.env
  const named = GITHUB_WORKSPACE || CI_PROJECT_DIR
  if (!named || !existsSync(named)) return result
  const root = realpathSync(named)
  const cwd = process.cwd()
  return withPaths(result, (file) => {
    const path = relative(root, resolve(cwd, file))
    return path === '' || path.split(sep)[0] === '..' ? file : path.split(sep).join('/')
  })
}
