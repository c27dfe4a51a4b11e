export const tableStatements = {}
