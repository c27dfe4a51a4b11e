import type { SchemaModel } from '../../src/model/schema-model.ts'

/** The model as plain data; parse trees included. */
export function plain(model: SchemaModel): unknown {
  return Object.fromEntries(
    Object.entries(model).map(([key, value]) => [key, value instanceof Map ? [...value].sort() : value]),
  )
}

const ofSpelling =
  /^(source|rowSecurityEnabledSource|rowSecurityForcedSource|text|body|.*location|list_(start|end)|rexpr_list_(start|end))$/

/** The model as plain data, but for what tells where and how something was written: provenance, texts, bodies of routines. */
export function unplaced(model: SchemaModel): unknown {
  return JSON.parse(
    JSON.stringify(plain(model), (key, value) => {
      if (ofSpelling.test(key)) return undefined
      return key === 'reason' ? String(value).toLowerCase().replaceAll('"', '') : value
    }),
  )
}
