import { literal } from '../names.ts'

/** insufficient_privilege */
export const forbidden = '42501'
/** invalid_parameter_value */
export const invalid = '22023'
/** no_data */
export const missing = '02000'
/** object_not_in_prerequisite_state */
export const notNow = '55000'

/** Refuses where the condition holds; `values` fill the places of the message, as those of `format`. */
export function refuse(condition: string, code: string, message: string, values?: string): string {
  const text = values === undefined ? literal(message) : `format(${literal(message)}, ${values})`
  return `  if ${condition} then
    raise exception using errcode = '${code}', message = ${text};
  end if;`
}

/** `coalesce(btrim(reason), '') = ''` */
export function isBlank(text: string): string {
  return `coalesce(btrim(${text}), '') = ''`
}
