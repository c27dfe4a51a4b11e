/** What is below was made when the cluster was, and is the system's own. */
export const firstUserOid = '16384'

/** That a namespace (by its alias in the query) is nobody's but the users'. Names that begin with `pg_` are reserved. */
export function isUsers(namespace: string): string {
  return `${namespace}.nspname <> 'information_schema' and not pg_catalog.starts_with(${namespace}.nspname, 'pg_')`
}

/** The same, or that it is the one for temporary relations of this session. */
export function isUsersOrTemporary(namespace: string): string {
  return `(${namespace}.oid = pg_catalog.pg_my_temp_schema() or ${isUsers(namespace)})`
}

/** What temporary relations' namespace is called in the model, whatever its number. `relation`, `namespace`: aliases. */
export function namespaceName(relation: string, namespace: string): string {
  return `case ${relation}.relpersistence when 't' then 'pg_temp' else ${namespace}.nspname end`
}

/** That an object doesn't hang on another in one of these ways: `e` part of an extension, `i` part of another object. */
export function standsAlone(catalog: string, oid: string, kinds: readonly string[] = ['e']): string {
  return `not exists (
    select from pg_catalog.pg_depend part
    where part.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass and part.objid = ${oid}
      and part.deptype in (${kinds.map((kind) => `'${kind}'`).join(', ')})
  )`
}

/** That a relation (by its alias) is not a temporary one of another session, which may vanish at any moment. */
export function isOfSession(relation: string): string {
  return `(${relation}.relpersistence <> 't' or ${relation}.relnamespace = pg_catalog.pg_my_temp_schema())`
}

/**
 * A stored expression as text. The server prints nothing where the relation was dropped since the snapshot was taken:
 * an empty text, so that it isn't taken for an expression that was never there.
 */
export function printedExpression(tree: string, relation: string): string {
  return `case when ${tree} is not null then coalesce(pg_catalog.pg_get_expr(${tree}, ${relation}), '') end`
}
