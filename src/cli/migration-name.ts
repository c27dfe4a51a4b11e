import { InputError } from '../findings/input-error.ts'

/** The name of a migration in words, as files have them: `create-invoices` is `create_invoices`. */
export function migrationName(text: string): string {
  const name = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  if (/^[a-z][a-z0-9_]{0,99}$/.test(name)) return name
  throw new InputError(`--name takes words of letters and digits, not "${text}"`, {
    hint: 'Such as --name isolate_invoices',
  })
}
