/** Settings for a server that nothing outlives: nothing of it is made durable, and no plan is compiled. */
export const swiftSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  jit: 'off',
  max_locks_per_transaction: '1024',
  log_min_messages: 'fatal',
} as const
