/** What libpg-query's own entry wraps: the compiled grammar. Used by itself because the entry hands out trees, never their JSON. */
declare module 'libpg-query/wasm/libpg-query.js' {
  /** An address in the memory of the grammar; 0 is none. */
  type Pointer = number

  interface PgQuery {
    _malloc(bytes: number): Pointer
    _free(pointer: Pointer): void
    lengthBytesUTF8(text: string): number
    stringToUTF8(text: string, pointer: Pointer, bytes: number): void
    UTF8ToString(pointer: Pointer): string
    getValue(pointer: Pointer, type: 'i32'): number
    /** Returns `{ tree: char*, stderr: char*, error: Error* }`; error is `{ message, funcname, filename, lineno, cursorpos, context }`. */
    _wasm_parse_query_raw(sql: Pointer): Pointer
    _wasm_free_parse_result(result: Pointer): void
    /** Returns JSON, or a message that is none. */
    _wasm_parse_plpgsql(statement: Pointer): Pointer
    _wasm_free_string(result: Pointer): void
  }

  export default function load(): Promise<PgQuery>
}
