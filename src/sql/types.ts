import type { Node, TypeName } from 'libpg-query'
import { as, strings } from './node.ts'

/** Says what a type that is not built in is called: its names as written to its id, `public.mood`. */
export type ResolveType = (names: readonly string[]) => string

/** Built-in types that `format_type` prints under another name, before and after the modifier. */
const spelled: Readonly<Record<string, readonly [before: string, after?: string]>> = {
  bit: ['bit'],
  bool: ['boolean'],
  bpchar: ['character'],
  char: ['"char"'],
  float4: ['real'],
  float8: ['double precision'],
  int2: ['smallint'],
  int4: ['integer'],
  int8: ['bigint'],
  time: ['time', ' without time zone'],
  timestamp: ['timestamp', ' without time zone'],
  timestamptz: ['timestamp', ' with time zone'],
  timetz: ['time', ' with time zone'],
  varbit: ['bit varying'],
  varchar: ['character varying'],
}

const builtIn: ReadonlySet<string> = new Set([
  ...Object.keys(spelled),
  ...['aclitem', 'any', 'anyarray', 'anycompatible', 'anycompatiblearray', 'anycompatiblemultirange'],
  ...['anycompatiblenonarray', 'anycompatiblerange', 'anyelement', 'anyenum', 'anymultirange', 'anynonarray'],
  ...['anyrange', 'box', 'bytea', 'cid', 'cidr', 'circle', 'cstring', 'date', 'datemultirange', 'daterange'],
  ...[
    'event_trigger',
    'fdw_handler',
    'gtsvector',
    'index_am_handler',
    'inet',
    'int2vector',
    'int4multirange',
  ],
  ...['int4range', 'int8multirange', 'int8range', 'internal', 'interval', 'json', 'jsonb', 'jsonpath'],
  ...['language_handler', 'line', 'lseg', 'macaddr', 'macaddr8', 'money', 'name', 'numeric', 'nummultirange'],
  ...['numrange', 'oid', 'oidvector', 'path', 'pg_ddl_command', 'pg_dependencies', 'pg_lsn', 'pg_mcv_list'],
  ...['pg_ndistinct', 'pg_node_tree', 'pg_snapshot', 'point', 'polygon', 'record', 'refcursor', 'regclass'],
  ...['regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper', 'regoperator', 'regproc'],
  ...['regprocedure', 'regrole', 'regtype', 'table_am_handler', 'text', 'tid', 'trigger', 'tsm_handler'],
  ...['tsmultirange', 'tsquery', 'tsrange', 'tstzmultirange', 'tstzrange', 'tsvector', 'txid_snapshot'],
  ...['unknown', 'uuid', 'void', 'xid', 'xid8', 'xml'],
])

/** The name of a built-in type as `format_type` prints it, without a modifier; undefined where it is none. */
export function builtInType(name: string): string | undefined {
  if (!builtIn.has(name)) return undefined
  return (spelled[name] ?? [name]).join('')
}

/**
 * A type as `format_type` prints it: `character varying(20)`, `text[]`, `public.mood`. SETOF is left out. `modifiers`: its
 * own unless others are given.
 */
export function formatType(
  type: TypeName,
  resolve: ResolveType,
  modifiers: readonly Node[] = type.typmods ?? [],
): string {
  const names = strings(type.names)
  const element = formatElement(names, modifiers, resolve)
  const isArray = (type.arrayBounds ?? []).length > 0
  return isArray && !element.endsWith('[]') ? `${element}[]` : element
}

function formatElement(names: readonly string[], modifiers: readonly Node[], resolve: ResolveType): string {
  const name = names.at(-1) ?? ''
  if (names.length > 2 || (names.length === 2 && names[0] !== 'pg_catalog')) {
    return resolve(names) + modifierList(modifiers)
  }
  if (name.startsWith('_') && builtIn.has(name.slice(1))) {
    return `${formatElement([name.slice(1)], modifiers, resolve)}[]`
  }
  if (!builtIn.has(name)) return resolve(names) + modifierList(modifiers)
  if (name === 'interval') return formatInterval(modifiers)
  if (modifiers.length === 0 && name === 'bpchar') return name
  if (modifiers.length === 0 && name === 'bit') return '"bit"'
  const [before, after = ''] = spelled[name] ?? [name]
  return `${before}${modifierList(name === 'numeric' ? withScale(modifiers) : modifiers)}${after}`
}

function modifierList(modifiers: readonly (Node | number)[]): string {
  if (modifiers.length === 0) return ''
  return `(${modifiers.map((node) => (typeof node === 'number' ? node : modifierText(node))).join(',')})`
}

/** numeric(10) is numeric(10,0). */
function withScale(modifiers: readonly Node[]): readonly (Node | number)[] {
  return modifiers.length === 1 ? [...modifiers, 0] : modifiers
}

function modifierText(node: Node): string {
  const constant = as(node, 'A_Const')
  if (constant?.ival !== undefined) return String(constant.ival.ival ?? 0)
  if (constant?.sval !== undefined) return constant.sval.sval ?? ''
  if (constant?.fval !== undefined) return constant.fval.fval ?? ''
  const negated = as(node, 'A_Expr')?.rexpr
  if (negated !== undefined) return `-${modifierText(negated)}`
  return strings(as(node, 'ColumnRef')?.fields).join('.')
}

/** Bits of the mask that the grammar puts before the precision (`INTERVAL_MASK` of datetime.h). */
const intervalFields: ReadonlyMap<number, string> = new Map([
  [1 << 2, ' year'],
  [1 << 1, ' month'],
  [1 << 3, ' day'],
  [1 << 10, ' hour'],
  [1 << 11, ' minute'],
  [1 << 12, ' second'],
  [(1 << 2) | (1 << 1), ' year to month'],
  [(1 << 3) | (1 << 10), ' day to hour'],
  [(1 << 3) | (1 << 10) | (1 << 11), ' day to minute'],
  [(1 << 3) | (1 << 10) | (1 << 11) | (1 << 12), ' day to second'],
  [(1 << 10) | (1 << 11), ' hour to minute'],
  [(1 << 10) | (1 << 11) | (1 << 12), ' hour to second'],
  [(1 << 11) | (1 << 12), ' minute to second'],
])

function formatInterval([mask, precision]: readonly Node[]): string {
  const fields = intervalFields.get(as(mask, 'A_Const')?.ival?.ival ?? 0) ?? ''
  return `interval${fields}${precision === undefined ? '' : `(${modifierText(precision)})`}`
}
