/** Stands for the tenant key, which only the table knows, until its statement is made. No plugin changes it. */
export const tenantKeyHere = '__ringfence_tenant_key__'

/** Stands for no name, so that PostgreSQL makes one of the table and its columns. */
export const unnamed = '__ringfence_unnamed__'
