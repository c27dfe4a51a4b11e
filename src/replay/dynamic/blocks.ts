import { Doubt, Raised, type Under } from './execution.ts'
import { assignedPaths, type Flow, type Left, leavesOf, perhaps, surelyRaises } from './flow.ts'
import type { Frame } from './frame.ts'
import { handlerFor } from './handlers.ts'
import type { Declaration, ExceptionHandler, Step } from './steps.ts'
import { coerced, forgetNames } from './targets.ts'
import { unknown } from './value.ts'
import { restore, type Variable } from './variables.ts'

type Block = Step & { readonly kind: 'block' }

export function runBlock(frame: Frame, block: Block, under: Under): Flow {
  frame.variables.enter(block.label)
  try {
    for (const declaration of block.declarations) declare(frame, declaration, block.line, under)
    const flow = runGuarded(frame, block, under)
    const isMine = (left: Left) => left.how === 'exit' && left.label !== null && left.label === block.label
    if (flow === 'next' || leavesOf(flow).every((left) => !isMine(left))) return flow
    return perhaps(leavesOf(flow).filter((left) => !isMine(left)))
  } finally {
    frame.variables.leave()
  }
}

function declare(
  frame: Frame,
  { name, type, value, aliasOf }: Declaration,
  line: number,
  under: Under,
): void {
  const other = aliasOf === null ? undefined : frame.variables.find(aliasOf[0] ?? '')
  if (other !== undefined) {
    frame.variables.declare(name, other)
    return
  }
  const variable: Variable = { type, value: null }
  if (value !== null) variable.value = coerced(frame, variable, frame.evaluate(value, line, under))
  frame.variables.declare(name, variable)
}

/**
 * A block with handlers runs if all its statements surely do, or the first that doesn't fails for a reason that a handler names,
 * which undoes the block: `CREATE TYPE ...; EXCEPTION WHEN duplicate_object THEN NULL`. Else its statements may have run, or a
 * handler's. Handlers that end in an exception count only where another handler is around them.
 */
function runGuarded(frame: Frame, block: Block, under: Under): Flow {
  const { execution, variables } = frame
  const isOutermost = execution.guards.length === 0
  const handlers = isOutermost ? block.handlers.filter(({ steps }) => !surelyRaises(steps)) : block.handlers
  if (handlers.length === 0) return frame.run(block.steps, under)
  if (under !== null) return runEither(frame, block, handlers, under)
  const start = execution.checkpoint()
  const before = variables.snapshot()
  const depth = execution.guards.push(block.handlers)
  try {
    return frame.run(block.steps, null)
  } catch (error) {
    execution.guards.length = depth - 1
    if (error instanceof Raised) {
      const handler = handlerFor(block.handlers, error.condition)
      if (handler === undefined) throw error
      execution.undo(start)
      return frame.run(handler.steps, null)
    }
    if (!(error instanceof Doubt) || !isOutermost) throw error
    execution.undo(start)
    restore(before)
    return runEither(frame, block, handlers, 'an EXCEPTION handler')
  } finally {
    execution.guards.length = depth - 1
  }
}

function runEither(
  frame: Frame,
  { steps }: Block,
  handlers: readonly ExceptionHandler[],
  under: string,
): Flow {
  const leaves = [...leavesOf(frame.run(steps, under))]
  forgetNames(frame, assignedPaths(steps))
  for (const name of ['sqlstate', 'sqlerrm']) frame.variables.declare(name, { type: null, value: unknown })
  const flow = frame.either([null, ...handlers], (handler) =>
    handler === null ? 'next' : frame.run(handler.steps, under),
  )
  return perhaps([...leaves, ...leavesOf(flow)])
}
