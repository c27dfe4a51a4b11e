import type { Routine } from '../../model/schema-model.ts'
import type { State } from '../state.ts'
import { setSetting } from '../statements/settings.ts'

/** The SET clauses of a routine, and whose rights it runs with; gives back what takes them back, unless a plain SET came after. */
export function applySettings(state: State, routine: Routine): () => void {
  const { settings, plainSets } = state.session
  const names = routine.settings.map((setting) => setting.slice(0, setting.indexOf('=')).toLowerCase())
  if (routine.securityDefiner) names.push('role')
  const before = names.map((name) => [name, settings.get(name)] as const)
  for (const setting of routine.settings) {
    const at = setting.indexOf('=')
    setSetting(state, setting.slice(0, at).toLowerCase(), setting.slice(at + 1), true)
  }
  const sets = new Map(plainSets)
  if (routine.securityDefiner) {
    if (routine.owner === null) settings.delete('role')
    else settings.set('role', routine.owner)
  }
  return () => {
    for (const [name, value] of before) {
      if (plainSets.get(name) !== sets.get(name)) continue
      if (value === undefined) settings.delete(name)
      else settings.set(name, value)
    }
  }
}
