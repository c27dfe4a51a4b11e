import type { Handlers } from '../context.ts'

/**
 * What ROLLBACK undoes is undone in the model. A COMMIT, ROLLBACK or BEGIN that PostgreSQL answers with a warning does
 * nothing here either.
 */
export const transactionStatements = {
  TransactionStmt({ kind, chain, savepoint_name: savepoint = '' }, context) {
    const { state } = context
    const { session } = state
    const place = { source: context.source, text: context.text }
    switch (kind) {
      case 'TRANS_STMT_BEGIN':
      case 'TRANS_STMT_START':
        session.begin(place)
        return
      case 'TRANS_STMT_COMMIT':
        session.commit()
        if (chain) session.begin(place)
        return
      case 'TRANS_STMT_ROLLBACK':
        session.rollback()
        if (chain) session.begin(place)
        return
      case 'TRANS_STMT_SAVEPOINT':
        return session.savepoint(savepoint)
      case 'TRANS_STMT_RELEASE':
        session.releaseSavepoint(savepoint)
        return
      case 'TRANS_STMT_ROLLBACK_TO':
        session.rollbackToSavepoint(savepoint)
        return
      case 'TRANS_STMT_PREPARE': {
        const moved = session.opened === null ? [] : state.movedSince(session.opened.mark)
        session.commit()
        return context.unmodelled('PREPARE TRANSACTION: whether it is committed is not known', moved)
      }
      case 'TRANS_STMT_ROLLBACK_PREPARED':
        return context.unmodelled('ROLLBACK PREPARED of a transaction that was replayed as committed', null)
      default:
        return
    }
  },
} satisfies Partial<Handlers>
