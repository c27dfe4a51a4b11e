import type { DropStmt, Node } from 'libpg-query'
import { as, kindOf, type NodeKind } from '../sql/node.ts'

/** Commands whose tag is their name in the grammar, word by word. */
const tags: Partial<Record<NodeKind, string>> = {
  AlterDefaultPrivilegesStmt: 'ALTER DEFAULT PRIVILEGES',
  AlterEnumStmt: 'ALTER TYPE',
  AlterExtensionStmt: 'ALTER EXTENSION',
  AlterFunctionStmt: 'ALTER FUNCTION',
  AlterPolicyStmt: 'ALTER POLICY',
  AlterSeqStmt: 'ALTER SEQUENCE',
  CommentStmt: 'COMMENT',
  CompositeTypeStmt: 'CREATE TYPE',
  CreateDomainStmt: 'CREATE DOMAIN',
  CreateEnumStmt: 'CREATE TYPE',
  CreateExtensionStmt: 'CREATE EXTENSION',
  CreateForeignTableStmt: 'CREATE FOREIGN TABLE',
  CreatePolicyStmt: 'CREATE POLICY',
  CreatePublicationStmt: 'CREATE PUBLICATION',
  CreateRangeStmt: 'CREATE TYPE',
  CreateSchemaStmt: 'CREATE SCHEMA',
  CreateSeqStmt: 'CREATE SEQUENCE',
  CreateStmt: 'CREATE TABLE',
  CreateTrigStmt: 'CREATE TRIGGER',
  IndexStmt: 'CREATE INDEX',
  RuleStmt: 'CREATE RULE',
  ViewStmt: 'CREATE VIEW',
}

const droppedTypes: Partial<Record<NonNullable<DropStmt['removeType']>, string>> = {
  OBJECT_MATVIEW: 'MATERIALIZED VIEW',
  OBJECT_FOREIGN_TABLE: 'FOREIGN TABLE',
}

/** The type that `pg_event_trigger_ddl_commands()` tells of what a command makes. */
export const objectTypes: ReadonlyMap<string, string> = new Map([
  ['CREATE INDEX', 'index'],
  ['CREATE POLICY', 'policy'],
  ['ALTER POLICY', 'policy'],
  ['CREATE FUNCTION', 'function'],
  ['ALTER FUNCTION', 'function'],
  ['CREATE PROCEDURE', 'procedure'],
  ['CREATE TRIGGER', 'trigger'],
  ['CREATE RULE', 'rule'],
  ['CREATE SEQUENCE', 'sequence'],
  ['ALTER SEQUENCE', 'sequence'],
  ['CREATE TYPE', 'type'],
  ['ALTER TYPE', 'type'],
  ['CREATE DOMAIN', 'type'],
  ['CREATE EXTENSION', 'extension'],
  ['ALTER EXTENSION', 'extension'],
  ['CREATE PUBLICATION', 'publication'],
])

/** The tag of a command for which event triggers fire; null where they don't. */
export function commandTag(node: Node): string | null {
  const known = tags[kindOf(node)]
  if (known !== undefined) return known
  const select = as(node, 'SelectStmt')
  if (select !== undefined) return select.intoClause === undefined ? null : 'SELECT INTO'
  const filled = as(node, 'CreateTableAsStmt')
  if (filled !== undefined)
    return filled.objtype === 'OBJECT_MATVIEW' ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS'
  const routine = as(node, 'CreateFunctionStmt')
  if (routine !== undefined) return routine.is_procedure ? 'CREATE PROCEDURE' : 'CREATE FUNCTION'
  const grant = as(node, 'GrantStmt')
  if (grant !== undefined) return grant.is_grant ? 'GRANT' : 'REVOKE'
  const drop = as(node, 'DropStmt')
  if (drop !== undefined) return `DROP ${objectName(droppedTypes, drop.removeType)}`
  const alter = as(node, 'AlterTableStmt')
  if (alter !== undefined) return `ALTER ${objectName(droppedTypes, alter.objtype)}`
  const rename = as(node, 'RenameStmt')
  if (rename !== undefined) {
    const type = ['OBJECT_COLUMN', 'OBJECT_TABCONSTRAINT'].includes(rename.renameType ?? '')
      ? rename.relationType
      : rename.renameType
    return type === 'OBJECT_ROLE' || type === 'OBJECT_DATABASE'
      ? null
      : `ALTER ${objectName(droppedTypes, type)}`
  }
  const moved = as(node, 'AlterObjectSchemaStmt') ?? as(node, 'AlterOwnerStmt')
  return moved === undefined ? null : `ALTER ${objectName(droppedTypes, moved.objectType)}`
}

function objectName(
  names: Partial<Record<NonNullable<DropStmt['removeType']>, string>>,
  type: DropStmt['removeType'],
): string {
  if (type === undefined || type === 'OBJECT_TABCONSTRAINT') return 'TABLE'
  return names[type] ?? type.replace('OBJECT_', '').replaceAll('_', ' ')
}
