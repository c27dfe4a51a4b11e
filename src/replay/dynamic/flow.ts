import type { Step } from './steps.ts'
import type { Value } from './value.ts'

/** RETURN, EXIT or CONTINUE that surely happened. */
export interface Left {
  readonly how: 'return' | 'exit' | 'continue'
  readonly label: string | null
  readonly value: Value
}

/** Those that may have happened; what comes after ran as what may not be reached. */
export interface Perhaps {
  readonly perhaps: readonly Left[]
}

export type Flow = 'next' | Left | Perhaps

export function leavesOf(flow: Flow): readonly Left[] {
  if (flow === 'next') return []
  return 'perhaps' in flow ? flow.perhaps : [flow]
}

export function perhaps(leaves: readonly Left[]): Flow {
  return leaves.length === 0 ? 'next' : { perhaps: leaves }
}

/** Whether a leave ends or goes on with a loop of a label, or a block for EXIT with its label. */
export function isMeant(left: Left, label: string | null): boolean {
  return left.how !== 'return' && (left.label === null || left.label === label)
}

/** Whether steps surely end in an exception. */
export function surelyRaises(steps: readonly Step[]): boolean {
  return (
    steps.some((step) => {
      if (step.kind === 'raise') return true
      if (step.kind === 'block') return step.handlers.length === 0 && surelyRaises(step.steps)
      return step.kind === 'branch' && step.arms.every((arm) => surelyRaises(arm.steps))
    }) && !steps.some((step) => step.kind === 'leave')
  )
}

/** The variables that steps may set, by the names that their assignments use. */
export function assignedPaths(steps: readonly Step[]): Set<string> {
  const names = new Set<string>()
  const visit = (step: Step): void => {
    switch (step.kind) {
      case 'assign':
        names.add(step.target.path[0] ?? '')
        break
      case 'statement':
      case 'execute':
        if (step.into !== null) addTargets(step.into, names)
        break
      case 'forget':
        addTargets(step.target, names)
        break
      case 'branch':
        for (const arm of step.arms) arm.steps.forEach(visit)
        break
      case 'loop':
        if ('target' in step.over) addTargets(step.over.target, names)
        step.steps.forEach(visit)
        break
      case 'block':
        step.steps.forEach(visit)
        for (const handler of step.handlers) handler.steps.forEach(visit)
    }
  }
  steps.forEach(visit)
  names.add('found')
  return names
}

function addTargets(
  target: { record: { path: readonly string[] } } | { columns: readonly { path: readonly string[] }[] },
  names: Set<string>,
): void {
  const variables = 'record' in target ? [target.record] : target.columns
  for (const { path } of variables) names.add(path[0] ?? '')
}
