// What programs in the documentation take for granted: their surroundings in an application.
declare const db: import('kysely').Kysely<Database>
declare const tenantId: string
declare const userId: string
declare const message: { tenantId: string; userId: string; invoiceId: string }
declare const messages: readonly (typeof message)[]

interface Database {
  invoices: { number: number; currency: string }
}
