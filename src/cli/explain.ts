import type { Check } from '../checks/define-check.ts'
import { checks } from '../checks/index.ts'
import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import { checkList, checkPage } from '../report/check-page.ts'
import { exitCodes } from './exit-codes.ts'

export async function explain(id: string | undefined): Promise<number> {
  const text = id === undefined ? checkList(checks) : checkPage(known(id))
  process.stdout.write(`${text}\n`)
  return exitCodes.clean
}

function known(id: string): Check {
  const check = checks.find((candidate) => candidate.id === id)
  if (check !== undefined) return check
  const ids = checks.map((candidate) => candidate.id)
  throw new InputError(`unknown check "${id}"; ${suggestion(id, ids)}`)
}
