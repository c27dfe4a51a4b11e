export type { ConfigInput } from './config/config.ts'
export { defineConfig } from './config/config.ts'
export type { Severity } from './findings/finding.ts'
export type { TenancyInput } from './tenancy/declaration.ts'
