import type { FuncCall } from 'libpg-query'
import { strings } from '../../sql/node.ts'
import { parseStatements } from '../../sql/parse.ts'
import type { InnerPlace } from '../context.ts'
import { knownExtensionRoutines } from '../known-extension-routines.ts'
import type { Under } from './execution.ts'
import type { CallArgument } from './expression.ts'
import type { Frame } from './frame.ts'
import { runStatements } from './statements.ts'
import { isUnknown, textOf } from './value.ts'

/** Does what a routine of an extension is known to do. False for one that isn't listed. */
export function runExtensionRoutine(
  frame: Frame,
  place: InnerPlace,
  under: Under,
  call: FuncCall,
  args: readonly CallArgument[],
): boolean {
  const names = strings(call.funcname)
  const known =
    knownExtensionRoutines[names.slice(-2).join('.')] ?? knownExtensionRoutines[names.at(-1) ?? '']
  if (known === undefined) return false
  const texts = known.parameters.map((parameter, at) => {
    const given = args.find(({ name }) => name === parameter) ?? args[at]
    if (given === undefined || (given.name !== null && given.name !== parameter)) return undefined
    const text = textOf(given.value)
    return isUnknown(given.value) || text === null ? undefined : text
  })
  const effect = known.does(texts)
  if (effect === null) return false
  if (effect.sql === null || under !== null) {
    const condition = under === null ? '' : ` under ${under}`
    frame.report(place, `call of ${names.join('.')}${condition}`, effect.affects)
    return true
  }
  const inside = { ...place, offsetOf: () => place.source.start }
  runStatements(frame, parseStatements(effect.sql), inside, under, null)
  return true
}
