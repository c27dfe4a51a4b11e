import type { Node, RangeVar } from 'libpg-query'
import type { NarrowedRelation, Publication, RelationId } from '../../model/schema-model.ts'
import { as, strings } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { knownRelation } from '../known.ts'
import { creationNamespace } from '../names.ts'

type Published = Pick<Publication, 'relations' | 'narrowed' | 'namespaces'>

/** A relation of which rows or columns are published counts as published. */
export const publicationStatements = {
  CreatePublicationStmt({ pubname: name = '', for_all_tables, pubobjects }, context) {
    const published = publishedObjects(context, pubobjects)
    const allTables = for_all_tables ?? false
    context.state.publications.set(name, { name, allTables, ...published, source: context.source })
  },

  /** A publication that no statement created is made outside the migrations, as platforms do. */
  AlterPublicationStmt({ pubname: name = '', pubobjects, action, for_all_tables }, context) {
    const { publications } = context.state
    const before = publications.get(name) ?? { name, ...nothing }
    const named = publishedObjects(context, pubobjects)
    const { source } = context
    if (pubobjects === undefined) {
      publications.set(name, { ...before, allTables: for_all_tables ?? before.allTables, source })
    } else if (action === 'AP_SetObjects') {
      publications.set(name, { ...before, ...named, allTables: false, source })
    } else {
      const merge = action === 'AP_DropObjects' ? without : union
      publications.set(name, {
        ...before,
        relations: merge(before.relations, named.relations),
        narrowed: [
          ...before.narrowed.filter(({ name: relation }) => !named.relations.includes(relation)),
          ...named.narrowed,
        ],
        namespaces: merge(before.namespaces, named.namespaces),
        source,
      })
    }
  },
} satisfies Partial<Handlers>

const nothing = { allTables: false, relations: [], narrowed: [], namespaces: [] }

function publishedObjects(context: StatementContext, objects: readonly Node[] | undefined): Published {
  const specs = (objects ?? []).flatMap((node) => as(node, 'PublicationObjSpec') ?? [])
  const relations = specs.flatMap(({ pubtable }) =>
    publishedTables(context, pubtable?.relation ?? null).map(
      (name): NarrowedRelation => ({
        name,
        where: pubtable?.whereClause ?? null,
        columns: pubtable?.columns === undefined ? null : strings(pubtable.columns),
      }),
    ),
  )
  return {
    relations: [...new Set(relations.map(({ name }) => name))],
    narrowed: relations.filter(({ where, columns }) => where !== null || columns !== null),
    namespaces: specs.flatMap(({ pubobjtype, name }) => {
      if (pubobjtype === 'PUBLICATIONOBJ_TABLES_IN_SCHEMA') return name ?? []
      return pubobjtype === 'PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA' ? creationNamespace(context.state, {}) : []
    }),
  }
}

/** A table and, without ONLY, those that inherit from it now. */
function publishedTables(context: StatementContext, range: RangeVar | null): readonly RelationId[] {
  const table = range === null ? undefined : knownRelation(context, range)
  if (table === undefined) return []
  const published = new Set([table.id])
  if (range?.inh === true) {
    for (const parent of published) {
      for (const { id, inherits } of context.state.relations.values())
        if (inherits.includes(parent)) published.add(id)
    }
  }
  return [...published]
}

function union(before: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...before, ...added])]
}

function without(before: readonly string[], gone: readonly string[]): string[] {
  return before.filter((item) => !gone.includes(item))
}
