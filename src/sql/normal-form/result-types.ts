/** What built-in functions give that give one type whatever they are called with. */
const functions: Readonly<Record<string, string>> = {
  ...of('text', 'current_setting', 'lower', 'upper', 'concat', 'concat_ws', 'replace'),
  ...of('text', 'split_part', 'left', 'right', 'format', 'to_char', 'md5', 'encode', 'initcap', 'set_config'),
  ...of(
    'text',
    'jsonb_extract_path_text',
    'json_extract_path_text',
    'jsonb_typeof',
    'json_typeof',
    'quote_ident',
  ),
  ...of('text', 'quote_literal', 'repeat', 'regexp_replace'),
  ...of(
    'integer',
    'length',
    'char_length',
    'character_length',
    'octet_length',
    'array_length',
    'cardinality',
  ),
  ...of('integer', 'jsonb_array_length', 'json_array_length', 'strpos', 'pg_backend_pid'),
  ...of('bigint', 'count', 'nextval', 'currval', 'lastval', 'row_number', 'rank', 'dense_rank'),
  ...of('numeric', 'extract'),
  ...of('double precision', 'date_part'),
  ...of('boolean', 'starts_with', 'pg_has_role', 'has_table_privilege', 'bool_and', 'bool_or', 'every'),
  ...of('timestamp with time zone', 'now', 'statement_timestamp', 'transaction_timestamp', 'clock_timestamp'),
  ...of('uuid', 'gen_random_uuid', 'uuidv4', 'uuidv7'),
  ...of(
    'jsonb',
    'to_jsonb',
    'jsonb_build_object',
    'jsonb_build_array',
    'jsonb_agg',
    'jsonb_object_agg',
    'jsonb_set',
  ),
  ...of(
    'json',
    'to_json',
    'json_build_object',
    'json_build_array',
    'json_agg',
    'json_object_agg',
    'row_to_json',
  ),
  ...of('text[]', 'string_to_array', 'regexp_split_to_array'),
  ...of('name', 'current_database', 'current_schema'),
}

function of(type: string, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, type]))
}

/** The type that a built-in function gives, as far as it is known. */
export function functionResult(name: string, arity: number): string | null {
  if (name === 'random') return arity === 0 ? 'double precision' : null
  return Object.hasOwn(functions, name) ? (functions[name] ?? null) : null
}

const comparisons: ReadonlySet<string> = new Set([
  '=',
  '<>',
  '<',
  '>',
  '<=',
  '>=',
  '~',
  '~*',
  '!~',
  '!~*',
  '~~',
  '~~*',
  '!~~',
  '!~~*',
  '@>',
  '<@',
  '&&',
  '?',
  '?|',
  '?&',
  '@@',
])
/** Numeric types from the narrowest to the widest: two of them meet in the wider one, and real with others in double precision. */
const numbers = ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']

function widerNumber(left: string, right: string): string | null {
  const places = [left, right].map((type) => numbers.indexOf(type.replace(/\(.*\)/, '')))
  if (places.includes(-1)) return null
  const [wider = 0] = [...places].sort((a, b) => b - a)
  return numbers[wider] === 'real' && left !== right ? 'double precision' : (numbers[wider] ?? null)
}

/** The type that a built-in operator gives, as far as it is known. */
export function operatorResult(name: string, left: string | null, right: string | null): string | null {
  if (comparisons.has(name)) return 'boolean'
  if (name === '->>' || name === '#>>') return 'text'
  if (name === '->' || name === '#>' || name === '#-') return left
  if (name === '||' && left === 'text' && right === 'text') return 'text'
  const isArithmetic = ['+', '-', '*', '/', '%'].includes(name)
  return isArithmetic && left !== null && right !== null ? widerNumber(left, right) : null
}

/** Types of CURRENT_USER and its family, by the part of the node's tag behind `SVFOP_`. */
export function valueFunctionResult(op: string): string | null {
  const name = op.replace(/^SVFOP_/, '').replace(/_N$/, '')
  if (name === 'CURRENT_DATE') return 'date'
  if (name === 'CURRENT_TIMESTAMP') return 'timestamp with time zone'
  if (name === 'LOCALTIMESTAMP') return 'timestamp without time zone'
  return /USER|ROLE|CATALOG|SCHEMA/.test(name) ? 'name' : null
}

/** Names of the columns of functions that give rows and name them otherwise than after themselves. */
const rowColumns: Readonly<Record<string, readonly string[]>> = {
  json_array_elements: ['value'],
  json_array_elements_text: ['value'],
  jsonb_array_elements: ['value'],
  jsonb_array_elements_text: ['value'],
  json_each: ['key', 'value'],
  json_each_text: ['key', 'value'],
  jsonb_each: ['key', 'value'],
  jsonb_each_text: ['key', 'value'],
}

export function rowColumnsOf(name: string): readonly string[] | null {
  return Object.hasOwn(rowColumns, name) ? (rowColumns[name] ?? null) : null
}
