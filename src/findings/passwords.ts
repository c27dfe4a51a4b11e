/** A string after the word, as SQL writes it, also within a string; or what follows `password=` in a connection string. */
const password =
  /(\bpassword["']?\s*(?:=>|:=|=|:)?\s*E?)('(?!')(?:[^']|'')*'|''+[^']+''+)|(\bpassword=)([^\s'"&]+)/gi

/**
 * The text with stars in the place of the passwords in it, as long as they are: a report is read by more people than the
 * migrations and the database that it quotes.
 */
export function withoutPasswords(text: string): string {
  return text.replace(
    password,
    (_, word: string | undefined, quoted: string | undefined, sign = '', bare = '') =>
      word === undefined ? sign + '*'.repeat(bare.length) : word + starred(quoted ?? ''),
  )
}

function starred(quoted: string): string {
  return quoted.replace(/[^'\n]/g, '*')
}
