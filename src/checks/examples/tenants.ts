/** The tenant that the prover does not act for: rows of his are foreign. */
export const otherTenant = '22222222-2222-2222-2222-222222222222'

/** The user that the prover acts for. */
export const ownUser = '11111111-0000-0000-0000-000000000000'

/** The tenant that the prover acts for. */
export const ownTenant = '11111111-1111-1111-1111-111111111111'
