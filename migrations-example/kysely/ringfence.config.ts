import { defineConfig } from 'ringfence'
import { tenancy } from './tenancy.ts'

export default defineConfig({ tenancy: tenancy.declaration })
