import type { Handlers } from '../context.ts'

function nothing(): void {}

/**
 * Statements that move no fact of the model: they describe, tune, lock or maintain, speak of what lies outside the
 * database's schema, or make objects that row security, privileges and queries of the model don't depend on.
 */
export const plainStatements = {
  CommentStmt: nothing,
  SecLabelStmt: nothing,
  VacuumStmt: nothing,
  ClusterStmt: nothing,
  ReindexStmt: nothing,
  LockStmt: nothing,
  CheckPointStmt: nothing,
  ConstraintsSetStmt: nothing,
  VariableShowStmt: nothing,
  NotifyStmt: nothing,
  ListenStmt: nothing,
  UnlistenStmt: nothing,
  ClosePortalStmt: nothing,
  FetchStmt: nothing,
  DeallocateStmt: nothing,
  ExecuteStmt: nothing,
  LoadStmt: nothing,

  CreatedbStmt: nothing,
  DropdbStmt: nothing,
  AlterDatabaseStmt: nothing,
  AlterDatabaseRefreshCollStmt: nothing,
  AlterSystemStmt: nothing,
  CreateTableSpaceStmt: nothing,
  DropTableSpaceStmt: nothing,
  AlterTableSpaceOptionsStmt: nothing,
  AlterTableMoveAllStmt: nothing,

  CreateStatsStmt: nothing,
  AlterStatsStmt: nothing,
  AlterCollationStmt: nothing,
  AlterOperatorStmt: nothing,
  CreateAmStmt: nothing,
  CreateCastStmt: nothing,
  CreateConversionStmt: nothing,
  CreateOpClassStmt: nothing,
  CreateOpFamilyStmt: nothing,
  AlterOpFamilyStmt: nothing,
  CreatePLangStmt: nothing,
  CreateTransformStmt: nothing,
  AlterTSConfigurationStmt: nothing,
  AlterTSDictionaryStmt: nothing,

  CreateFdwStmt: nothing,
  AlterFdwStmt: nothing,
  CreateForeignServerStmt: nothing,
  AlterForeignServerStmt: nothing,
  CreateUserMappingStmt: nothing,
  AlterUserMappingStmt: nothing,
  DropUserMappingStmt: nothing,
  CreateSubscriptionStmt: nothing,
  AlterSubscriptionStmt: nothing,
  DropSubscriptionStmt: nothing,
} satisfies Partial<Handlers>
