import { printName } from '../sql/expression.ts'

interface Named {
  readonly namespace: string
  readonly name: string
}

/** `public.invoices`, `public."order"`. */
export function writeName({ namespace, name }: Named): string {
  return `${printName(namespace)}.${printName(name)}`
}

/** `alter table public.invoices enable row level security;` and the same with `force`. */
export function enableAndForce(table: Named): string {
  const name = writeName(table)
  return `alter table ${name} enable row level security;\n${forceRowSecurity(table)}`
}

export function forceRowSecurity(table: Named): string {
  return `alter table ${writeName(table)} force row level security;`
}
