import type { RangeVar } from 'libpg-query'
import { findRelation } from '../../names.ts'
import type { State } from '../../state.ts'
import { standardSources } from './information-schema.ts'
import { otherSources } from './others.ts'
import { partSources } from './parts.ts'
import { relationSources } from './relations.ts'
import type { Source } from './rows.ts'

const sources: ReadonlyMap<string, Source> = new Map(
  Object.entries({ ...relationSources, ...partSources, ...standardSources, ...otherSources }),
)

/** The catalog that a name means, if the model knows its rows. */
export function catalogSource(state: State, { schemaname, relname = '' }: RangeVar): Source | undefined {
  if (schemaname === 'information_schema') return sources.get(`information_schema.${relname}`)
  const isCatalog = schemaname === 'pg_catalog' || (schemaname === undefined && relname.startsWith('pg_'))
  return isCatalog && findRelation(state, { schemaname: 'pg_catalog', relname }) === undefined
    ? sources.get(relname)
    : undefined
}
