/** All of Kysely 0.29 in one module, as 0.28 has it: from 0.29 on, migrations are an entry of their own. */
export * from './node_modules/kysely/dist/index.js'
export * from './node_modules/kysely/dist/migration/index.js'
