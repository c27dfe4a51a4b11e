/**
 * Operators that mean the same under any search path, for a question that is asked by itself: `ServerConnection.unswayed` takes two round
 * trips, and is for several.
 */
export const equals = 'operator(pg_catalog.=)'
export const differs = 'operator(pg_catalog.<>)'
export const atLeast = 'operator(pg_catalog.>=)'
export const moreThan = 'operator(pg_catalog.>)'
