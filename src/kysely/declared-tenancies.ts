import { isDeepStrictEqual } from 'node:util'
import { InputError } from '../findings/input-error.ts'
import type { TenancyDeclaration } from '../tenancy/declaration.ts'

const key = Symbol.for('ringfence.tenancies')

/** What `defineTenancy` was given in this process, by whichever copy of this library. */
export function declaredTenancies(): TenancyDeclaration[] {
  const holder: typeof globalThis & { [key]?: TenancyDeclaration[] } = globalThis
  holder[key] ??= []
  return holder[key]
}

export function noteTenancy(declaration: TenancyDeclaration): void {
  if (!declaredTenancies().some((known) => isDeepStrictEqual(known, declaration)))
    declaredTenancies().push(declaration)
}

/** The one tenancy that this process declares; null where it declares none. Of two that differ neither is taken: `InputError`. */
export function onlyTenancy(): TenancyDeclaration | null {
  const [only = null, ...others] = declaredTenancies()
  if (others.length === 0) return only
  throw new InputError(
    `${others.length + 1} tenancies are declared, and the guard doesn't know which one is meant`,
    {
      hint: 'Say it: guardMigrations(provider, { tenancy }).',
    },
  )
}
