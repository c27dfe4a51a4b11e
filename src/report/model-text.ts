import { displayId, displayName } from '../sql/identifiers.ts'
import { modelFacts, type PolicyFacts, type PrintedModel } from './model-facts.ts'
import { count, printableLine } from './terminal.ts'

/** The model as JSON, in the form of `modelFacts`. */
export function modelJson(printed: PrintedModel): string {
  return `${JSON.stringify(modelFacts(printed), null, 2)}\n`
}

/** The model for a reader. */
export function modelText(printed: PrintedModel): string {
  const { relations, functions, views, roles, unmodelled } = modelFacts(printed)
  const rows = relations.map((relation) =>
    [
      `${displayId(relation.namespace, relation.name)} (${described(relation)})`,
      `  row security ${rowSecurity(relation.rowSecurityEnabled, relation.rowSecurityForced)}`,
      ...relation.policies.flatMap(policyRows),
    ]
      .map(printableLine)
      .join('\n'),
  )
  const more = [
    ...functions
      .filter(({ securityDefiner }) => securityDefiner)
      .map(
        (routine) => `${displayId(routine.namespace, routine.name)}(${routine.arguments}) runs as its owner`,
      ),
    ...views
      .filter(({ securityInvoker }) => !securityInvoker)
      .map(({ namespace, name }) => `${displayId(namespace, name)} reads as its owner`),
    ...roles
      .filter(({ bypassRowSecurity, superuser }) => bypassRowSecurity || superuser)
      .map(({ name }) => `role ${displayName(name)} is exempt from row security`),
    ...unmodelled.map(
      ({ file, line, reason, affects }) =>
        `unmodelled ${file}:${line}: ${reason}; may affect ${affects?.join(', ') ?? 'any relation'}`,
    ),
  ]
  const total = `${count(relations.length, 'relation')}, ${count(functions.length, 'function')}, ${count(roles.length, 'role')}, ${count(unmodelled.length, 'unmodelled statement')}`
  const blocks = [...rows, ...(more.length > 0 ? [more.map(printableLine).join('\n')] : []), total]
  return `${blocks.join('\n\n')}\n`
}

function described({
  kind,
  tenancy,
  tenantKey,
  partitionOf,
}: ReturnType<typeof modelFacts>['relations'][number]): string {
  const parts: string[] = [kind]
  if (partitionOf !== null) parts.push(`partition of ${partitionOf}`)
  if (tenancy !== null) parts.push(tenantKey === null ? tenancy : `${tenancy} by ${displayName(tenantKey)}`)
  return parts.join(', ')
}

function rowSecurity(enabled: boolean, forced: boolean): string {
  if (enabled) return forced ? 'enabled and forced' : 'enabled, not forced'
  return forced ? 'forced, not enabled' : 'off'
}

function policyRows({ name, command, permissive, roles, using, withCheck }: PolicyFacts): string[] {
  const kind = permissive ? '' : ', restrictive'
  return [
    `  policy ${displayName(name)} for ${command} to ${roles.join(', ')}${kind}`,
    ...(using === null ? [] : [`    using ${using}`]),
    ...(withCheck === null ? [] : [`    with check ${withCheck}`]),
  ]
}
