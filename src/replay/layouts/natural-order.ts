/** Orders names as people count: `2_b` before `10_a`. Total: names that count alike are ordered by their characters. */
export function naturalOrder(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if (isDigit(a, i) && isDigit(b, j)) {
      const endA = digitsEnd(a, i)
      const endB = digitsEnd(b, j)
      const order = byNumber(a.slice(i, endA), b.slice(j, endB))
      if (order !== 0) return order
      i = endA
      j = endB
    } else {
      const order = a.charCodeAt(i) - b.charCodeAt(j)
      if (order !== 0) return order
      i++
      j++
    }
  }
  return a.length - i - (b.length - j) || byCharacter(a, b)
}

/** Orders names by their characters, as a directory listing of Go or Rust does. */
export function byCharacter(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Orders strings of digits by their values, of any length. */
export function byNumber(a: string, b: string): number {
  const left = a.replace(/^0+(?=\d)/, '')
  const right = b.replace(/^0+(?=\d)/, '')
  return left.length - right.length || byCharacter(left, right)
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

function digitsEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && isDigit(text, at)) at++
  return at
}
