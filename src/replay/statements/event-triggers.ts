import { as, strings } from '../../sql/node.ts'
import type { Handlers } from '../context.ts'
import { reportEventTriggers } from '../event-triggers.ts'
import { newName } from '../object-names.ts'
import { findRoutines } from '../routine-names.ts'

export const eventTriggerStatements = {
  CreateEventTrigStmt({ trigname: name = '', eventname: event = '', whenclause, funcname }, context) {
    const { state, source } = context
    const names = strings(funcname)
    const found = findRoutines(state, names).find((candidate) => candidate.arguments.length === 0)
    const routine = found?.id ?? `${newName(state, names).id}()`
    const tags = (whenclause ?? []).flatMap((node) => {
      const condition = as(node, 'DefElem')
      const listed = condition?.defname === 'tag' ? strings(as(condition.arg, 'List')?.items) : []
      return listed.map((tag) => tag.toUpperCase())
    })
    state.eventTriggers.set(name, { name, event, tags, routine, enabled: true, source })
    reportEventTriggers(context, routine)
  },

  AlterEventTrigStmt({ trigname: name = '', tgenabled }, context) {
    const { eventTriggers } = context.state
    const trigger = eventTriggers.get(name)
    if (trigger === undefined)
      return context.unmodelled(`no statement created the event trigger ${name}`, null)
    const enabled = tgenabled !== 'D'
    eventTriggers.set(name, { ...trigger, enabled })
    if (enabled && !trigger.enabled) reportEventTriggers(context, trigger.routine)
  },
} satisfies Partial<Handlers>
