import type { FuncCall, Node } from 'libpg-query'
import { quoteIdentifier } from '../sql/identifiers.ts'
import { Lexer } from '../sql/lexer.ts'
import { as, strings } from '../sql/node.ts'
import { hasStandIn, standIn, valueStandIn } from '../sql/stand-in.ts'

/**
 * The string that an expression computes, as far as it is written: literals, concatenations, `format`, `quote_ident`,
 * `quote_literal`. Where the rest can be one name or one value only (`%I`, `%L`, a cast to `regclass`) a stand-in has its
 * place; null where it can be anything.
 */
export function computedQuery(node: Node | undefined): string | null {
  const text = textOf(node)
  return text === null || !standsAlone(text) ? null : text
}

function textOf(node: Node | undefined): string | null {
  const constant = as(node, 'A_Const')
  if (constant !== undefined) return constant.sval === undefined ? null : (constant.sval.sval ?? '')
  const cast = as(node, 'TypeCast')
  if (cast !== undefined) {
    const type = strings(cast.typeName?.names).at(-1) ?? ''
    return type === 'text' ? textOf(cast.arg) : nameOf(type)
  }
  const call = as(node, 'FuncCall')
  if (call !== undefined) return textOfCall(call)
  const operation = as(node, 'A_Expr')
  if (operation === undefined || strings(operation.name).at(-1) !== '||') return null
  return joined([textOf(operation.lexpr), textOf(operation.rexpr)])
}

/** What a value of these types looks like as text. */
function nameOf(type: string): string | null {
  if (type === 'regprocedure') return `${standIn}(${standIn})`
  return ['regclass', 'regtype', 'regrole', 'regnamespace', 'regproc'].includes(type) ? standIn : null
}

function textOfCall({ funcname, args = [], func_variadic }: FuncCall): string | null {
  const names = strings(funcname)
  if (names.length > 1 && names[0] !== 'pg_catalog') return null
  switch (names.at(-1)) {
    case 'quote_ident':
      return identifier(args[0])
    case 'quote_literal':
    case 'quote_nullable':
      return literal(args[0])
    case 'format':
      return func_variadic ? null : formatted(textOf(args[0]), args.slice(1))
    default:
      return null
  }
}

function identifier(value: Node | undefined): string {
  const known = textOf(value)
  return known === null || hasStandIn(known) ? standIn : quoteIdentifier(known)
}

function literal(value: Node | undefined): string {
  const known = textOf(value)
  return known === null || hasStandIn(known) || known.includes('\\')
    ? valueStandIn
    : `'${known.replaceAll("'", "''")}'`
}

/** What `format` makes of a template; null where it has widths, or too few arguments. */
function formatted(template: string | null, args: readonly Node[]): string | null {
  const pieces: (string | null)[] = []
  let next = 0
  let at = 0
  while (template !== null && at < template.length) {
    const percent = template.indexOf('%', at)
    if (percent < 0) break
    pieces.push(template.slice(at, percent))
    const [specifier = '', position, kind] = /^%(?:(\d+)\$)?([ILs%])/.exec(template.slice(percent)) ?? []
    if (kind === '%') pieces.push('%')
    else {
      next = position === undefined ? next + 1 : Number(position)
      pieces.push(piece(kind, args[next - 1]))
    }
    at = percent + Math.max(1, specifier.length)
  }
  return joined([...pieces, template?.slice(at) ?? null])
}

function piece(kind: string | undefined, arg: Node | undefined): string | null {
  if (kind === undefined || arg === undefined) return null
  if (kind === 's') return textOf(arg)
  return kind === 'I' ? identifier(arg) : literal(arg)
}

function joined(pieces: readonly (string | null)[]): string | null {
  return pieces.every((each) => each !== null) ? pieces.join('') : null
}

/** Whether each stand-in is a token by itself: in a string, a comment or beside a word its value could end that. */
function standsAlone(text: string): boolean {
  const lexer = new Lexer(text, { start: 0, end: text.length })
  while (lexer.next()) {
    const token = text.slice(lexer.start, lexer.at)
    if (hasStandIn(token) && token !== standIn && token !== valueStandIn) return false
  }
  return true
}
