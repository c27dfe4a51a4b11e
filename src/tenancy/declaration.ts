import { z } from 'zod'

/** What the user declares. Every key is optional; what is left out is assumed from the tables and said on stderr. */
export const tenancyDeclaration = z.strictObject({
  tenantKey: z.string().optional(),
})

export type TenancyInput = z.input<typeof tenancyDeclaration>
