import type { RuleStmt } from 'libpg-query'
import type { Rule } from '../../model/schema-model.ts'
import { bindQuery } from '../bind.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { knownRelation, withNamed } from '../known.ts'
import { relationWith } from '../records.ts'

const events: ReadonlyMap<string, Rule['event']> = new Map([
  ['CMD_SELECT', 'select'],
  ['CMD_INSERT', 'insert'],
  ['CMD_UPDATE', 'update'],
  ['CMD_DELETE', 'delete'],
])

export const ruleStatements = {
  RuleStmt(statement, context) {
    const event = events.get(statement.event ?? '')
    if (event === 'select') {
      selectRule(statement, context)
      return
    }
    const relation = knownRelation(context, statement.relation)
    if (relation === undefined || event === undefined) return
    const name = statement.rulename ?? ''
    if (!statement.replace && relation.rules.some((rule) => rule.name === name)) {
      return context.unmodelled(`rule ${name} exists on ${relation.id} already`, [relation.id])
    }
    const { instead = false, whereClause: condition = null, actions = [] } = statement
    const rule: Rule = { name, event, instead, condition, actions, enabled: true, source: context.source }
    context.state.put(relationWith(relation, { rules: withNamed(relation.rules, rule) }))
  },
} satisfies Partial<Handlers>

/** The rule `_RETURN` is a view's query. PostgreSQL up to 15 made an empty table a view by it. */
function selectRule(statement: RuleStmt, context: StatementContext): void {
  const relation = knownRelation(context, statement.relation)
  if (relation === undefined) return
  const [query] = statement.actions ?? []
  if (relation.kind === 'view' && relation.view !== null && statement.replace && query !== undefined) {
    context.state.put(relationWith(relation, { view: { ...relation.view, ...bindQuery(context, query) } }))
    return
  }
  const reason = `an ON SELECT rule makes ${relation.id} a view up to PostgreSQL 15 and is refused since`
  context.unmodelled(reason, [relation.id])
}
