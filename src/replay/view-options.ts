import type { Node } from 'libpg-query'
import type { ViewDefinition } from '../model/schema-model.ts'
import { as, strings } from '../sql/node.ts'

export type ViewOptions = Pick<ViewDefinition, 'securityInvoker' | 'securityBarrier' | 'checkOption'>

export const noViewOptions: ViewOptions = {
  securityInvoker: false,
  securityBarrier: false,
  checkOption: null,
}

/** The options after WITH (...) or SET (...); a string says why the server refuses them. */
export function readViewOptions(options: readonly Node[]): Partial<ViewOptions> | string {
  let read: Partial<ViewOptions> = {}
  for (const option of options) {
    const { defname, arg } = as(option, 'DefElem') ?? {}
    const text = optionText(arg)
    const name = optionNames.get(defname ?? '')
    if (name === undefined) return `a view has no option ${defname}`
    if (name === 'checkOption') {
      const checkOption = text?.toLowerCase()
      if (checkOption !== 'local' && checkOption !== 'cascaded') return `check_option can't be ${text}`
      read = { ...read, checkOption }
    } else {
      const value = text === null ? true : readBoolean(text)
      if (value === null) return `${defname} can't be ${text}`
      read = { ...read, [name]: value }
    }
  }
  return read
}

/** The options that RESET (...) names, at their defaults. */
export function resetViewOptions(options: readonly Node[]): Partial<ViewOptions> {
  const names = options.flatMap((option) => optionNames.get(as(option, 'DefElem')?.defname ?? '') ?? [])
  return Object.fromEntries(names.map((name) => [name, noViewOptions[name]]))
}

const optionNames: ReadonlyMap<string, keyof ViewOptions> = new Map([
  ['security_invoker', 'securityInvoker'],
  ['security_barrier', 'securityBarrier'],
  ['check_option', 'checkOption'],
])

/** The value of an option however it is spelt: a keyword, a string, a number, a word that reads as a type. */
function optionText(arg: Node | undefined): string | null {
  if (arg === undefined) return null
  const type = as(arg, 'TypeName')
  if (type !== undefined) return strings(type.names).join('.')
  const integer = as(arg, 'Integer')
  if (integer !== undefined) return String(integer.ival ?? 0)
  const boolean = as(arg, 'Boolean')
  if (boolean !== undefined) return String(boolean.boolval ?? false)
  return as(arg, 'String')?.sval ?? as(arg, 'Float')?.fval ?? ''
}

/** As `parse_bool` reads it: prefixes of true, false, yes, no; on, off; 1, 0. */
function readBoolean(text: string): boolean | null {
  const word = text.toLowerCase()
  if (word === '') return null
  if ('true'.startsWith(word) || 'yes'.startsWith(word) || word === 'on' || word === '1') return true
  if ('false'.startsWith(word) || 'no'.startsWith(word) || word === '0') return false
  return word === 'off' || word === 'of' ? false : null
}
