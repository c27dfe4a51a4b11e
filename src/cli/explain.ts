import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import { checkList, checkPage, type DescribedCheck } from '../report/check-page.ts'
import { describedChecks } from './described-checks.ts'
import { exitCodes } from './exit-codes.ts'

export async function explain(id: string | undefined): Promise<number> {
  const text = id === undefined ? checkList(describedChecks) : checkPage(known(id))
  process.stdout.write(`${text}\n`)
  return exitCodes.clean
}

function known(id: string): DescribedCheck {
  const check = describedChecks.find((candidate) => candidate.id === id)
  if (check !== undefined) return check
  const ids = describedChecks.map((candidate) => candidate.id)
  throw new InputError(`unknown check "${id}"; ${suggestion(id, ids)}`)
}
