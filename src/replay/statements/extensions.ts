import { as } from '../../sql/node.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { knownExtensions } from '../known-extensions.ts'
import { creationNamespace } from '../names.ts'
import { codeOfSql } from '../routine-code.ts'

/** It is there before any statement, and no fact of the model. */
const ofEveryDatabase = 'plpgsql'

/** An extension that is not known is kept by its name: what it makes is no table of a tenant, and calls of its routines are unmodelled. */
export const extensionStatements = {
  CreateExtensionStmt({ extname: name = '', if_not_exists, options }, context) {
    const { state, source } = context
    if (name === ofEveryDatabase || state.extensions.has(name)) {
      if (!if_not_exists) context.unmodelled(`the extension ${name} exists already`, [])
      return
    }
    const schema = (options ?? []).find((node) => as(node, 'DefElem')?.defname === 'schema')
    const written = as(as(schema, 'DefElem')?.arg, 'String')?.sval
    const known = knownExtensions[name]
    const namespace = known?.namespace ?? written ?? creationNamespace(state, {})
    state.extensions.set(name, { name, namespace, source })
    if (known?.namespace !== undefined && !state.namespaces.has(namespace)) {
      state.namespaces.set(namespace, { name: namespace, owner: null, grants: [], source })
    }
    createTables(known?.tables ?? '', namespace, context)
  },

  AlterExtensionStmt() {},

  AlterExtensionContentsStmt() {},
} satisfies Partial<Handlers>

function createTables(sql: string, namespace: string, context: StatementContext): void {
  const { session } = context.state
  const path = session.settings.get('search_path')
  session.set('search_path', JSON.stringify([namespace]), true)
  for (const node of codeOfSql(sql).nodes) {
    context.replayInside(node, {
      source: context.source,
      text: context.text,
      offsetOf: () => context.source.start,
    })
  }
  session.set('search_path', path, true)
}
