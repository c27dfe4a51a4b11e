import type { Node } from 'libpg-query'
import { as, kindOf } from '../../sql/node.ts'
import type { Under } from './execution.ts'
import { type Flow, leavesOf, perhaps, surelyRaises } from './flow.ts'
import type { Frame } from './frame.ts'
import type { Arm, Step } from './steps.ts'
import { join, restore } from './variables.ts'

/** IF and CASE. */
export function runBranch(
  frame: Frame,
  { arms, construct, line }: Step & { readonly kind: 'branch' },
  under: Under,
): Flow {
  const possible: Arm[] = []
  const isGuarded = frame.execution.guards.length > 0
  for (const [at, arm] of arms.entries()) {
    const { truth, isDoubtful } =
      arm.test === null ? { truth: true, isDoubtful: false } : frame.tested(arm.test, line, under)
    if (isDoubtful && truth !== undefined) {
      if (under === null && possible.length === 0)
        return presume(frame, arms.slice(at), truth, construct, line)
      possible.push(arm)
    } else if (truth === true) {
      possible.push(arm)
      break
    } else if (truth === undefined && (isGuarded || !surelyRaises(arm.steps))) possible.push(arm)
  }
  const [first] = possible
  if (possible.length === 1 && first !== undefined) return frame.run(first.steps, under)
  return frame.either(possible, (arm) =>
    frame.run(arm.steps, isHarmlessToRun(arm.steps) ? under : (under ?? construct)),
  )
}

/**
 * The arm that runs by what the model holds, where an unmodelled statement may have changed that: what it moves and what the
 * others may do is reported unless it was before.
 */
function presume(
  frame: Frame,
  arms: readonly Arm[],
  isFirst: boolean,
  construct: string,
  line: number,
): Flow {
  const { context } = frame.execution
  const [first, ...others] = arms
  if (first === undefined) return 'next'
  const rest: Step = { kind: 'branch', construct: 'IF', arms: others, line }
  const taken = isFirst ? first.steps : [rest]
  const untaken = isFirst ? [rest] : first.steps
  const before = frame.variables.snapshot()
  const mark = context.state.journal.mark()
  const flow = frame.run(taken, null)
  const after = frame.variables.snapshot()
  frame.announceMoves(mark, construct, line)
  restore(before)
  const leaves = frame.quietly(() => leavesOf(frame.run(untaken, construct)))
  join([after, frame.variables.snapshot()])
  return leaves.length === 0 ? flow : perhaps([...leavesOf(flow), ...leaves])
}

/** What is there afterwards in any case: where a condition keeps it from being made, it is there already. */
function isHarmlessToRun(steps: readonly Step[]): boolean {
  return (
    steps.length > 0 &&
    steps.every(
      (step) =>
        step.kind === 'statement' &&
        step.sql.statements.every((each) => 'node' in each && isMaker(each.node)),
    )
  )
}

function isMaker(node: Node): boolean {
  const kind = kindOf(node)
  if (kind === 'CreateRoleStmt' || kind === 'CreateExtensionStmt') return true
  return as(node, 'CreateSchemaStmt') !== undefined && as(node, 'CreateSchemaStmt')?.schemaElts === undefined
}
