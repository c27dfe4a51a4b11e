/** An identifier in the place of a name that is not known. */
export const standIn = 'ringfence_stand_in'
/** A string in the place of a value that is not known; its content is no name's stand-in. */
export const valueStandIn = `'${standIn}_value'`
/** In the place of digits that are not known: part of a name or a value, as long as a date, since names have 63 bytes at most. */
export const digitsStandIn = 'rf8digit'

/** Whether something in a text, or in the id of an object, is not known. */
export function hasStandIn(text: string): boolean {
  return text.includes(standIn) || text.includes(digitsStandIn)
}

/** Whether all that is not known in a text is digits. */
export function isKnownButForDigits(text: string): boolean {
  return !hasStandIn(text.replaceAll(digitsStandIn, ''))
}
