import type { Blueprint } from '../blueprint.ts'
import { type Access, type RowCommand, rowCommands } from './options.ts'

/** The commands that a member may run, whatever his role has to be. */
export function openCommands({ roles = {} }: Pick<Access, 'roles'>): readonly RowCommand[] {
  return rowCommands.filter((command) => roles[command]?.length !== 0)
}

export interface OpenTask {
  readonly name: string
  readonly role: string
  readonly commands: readonly RowCommand[]
}

/** The system tasks that may touch the table, in the order of the declaration. */
export function openTasks(
  { systemTasks }: Blueprint,
  { tasks = {} }: Pick<Access, 'tasks'>,
): readonly OpenTask[] {
  return systemTasks.flatMap(({ name, role }) => {
    const commands = rowCommands.filter((command) => tasks[name]?.includes(command))
    return commands.length === 0 ? [] : [{ name, role, commands }]
  })
}

/** Refuses roles, tasks and support that the tenancy doesn't know: what is misspelt would admit nobody, and say nothing. */
export function checkAccess(blueprint: Blueprint, { roles = {}, support = false, tasks = {} }: Access): void {
  const { memberRoles, systemTasks, supportRole } = blueprint
  const known = memberRoles.join(', ')
  for (const command of rowCommands) {
    const stranger = roles[command]?.find((role) => !memberRoles.includes(role))
    if (stranger !== undefined) {
      throw new Error(`members have no role ${stranger}: they can be ${known}`)
    }
  }
  if (support && supportRole === null) throw new Error('the tenancy has no support role')
  for (const name of Object.keys(tasks)) {
    if (systemTasks.some((task) => task.name === name)) continue
    const declared = systemTasks.map((task) => task.name).join(', ')
    throw new Error(`the tenancy has no system task ${name}${declared === '' ? '' : `: it has ${declared}`}`)
  }
}
