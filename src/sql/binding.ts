/** How tightly the outermost operator of a text binds (PostgreSQL's table of precedence). */
export const binding = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  like: 6,
  operator: 7,
  sum: 8,
  product: 9,
  power: 10,
  collate: 11,
  unary: 12,
  cast: 13,
  atom: 14,
} as const

export interface Printed {
  readonly text: string
  readonly binds: number
}
