import { sql } from '../../sql/template.ts'
import type { StubExtension } from './stub-extensions.ts'

/** A type that holds text, with its modifier kept as varchar keeps its own. */
function vectorType(name: string): string {
  return sql`
    create type ${name};
    create function ${name}_in(cstring) returns ${name} language internal immutable strict as 'textin';
    create function ${name}_out(${name}) returns cstring language internal immutable strict as 'textout';
    create function ${name}_typmod_in(cstring[]) returns integer language internal immutable strict as 'varchartypmodin';
    create function ${name}_typmod_out(integer) returns cstring language internal immutable strict as 'varchartypmodout';
    create type ${name} (
      input = ${name}_in, output = ${name}_out, typmod_in = ${name}_typmod_in, typmod_out = ${name}_typmod_out,
      internallength = variable, storage = extended
    );
    create function ${name}_hash(${name}) returns integer language sql immutable as 'select 0';
    create function l2_distance(${name}, ${name}) returns double precision language sql immutable as 'select 0.0::float8';
    create function l1_distance(${name}, ${name}) returns double precision language sql immutable as 'select 0.0::float8';
    create function cosine_distance(${name}, ${name}) returns double precision language sql immutable as 'select 0.0::float8';
    create function inner_product(${name}, ${name}) returns double precision language sql immutable as 'select 0.0::float8';
    create function vector_dims(${name}) returns integer language sql immutable as 'select 0';
    create operator <-> (leftarg = ${name}, rightarg = ${name}, function = l2_distance);
    create operator <+> (leftarg = ${name}, rightarg = ${name}, function = l1_distance);
    create operator <=> (leftarg = ${name}, rightarg = ${name}, function = cosine_distance);
    create operator <#> (leftarg = ${name}, rightarg = ${name}, function = inner_product);
  `
}

const distances = ['l2', 'ip', 'cosine', 'l1']

function operatorClasses(method: string, type: string): string {
  return distances
    .map(
      (distance, at) =>
        `create operator class ${type}_${distance}_ops ${at === 0 ? 'default ' : ''}for type ${type} using ${method}
           as function 1 (${type}, ${type}) ${type}_hash(${type});`,
    )
    .join('\n')
}

/** Indexes by its access methods are built as those of hash, which takes values of any length and promises no order. */
export const vectorStub: StubExtension = {
  namespace: null,
  version: '0.8.0',
  accessMethods: ['hnsw', 'ivfflat'],
  sql: [
    ...['vector', 'halfvec', 'sparsevec'].map(vectorType),
    ...['hnsw', 'ivfflat'].flatMap((method) => [
      `create access method ${method} type index handler hashhandler;`,
      ...['vector', 'halfvec', 'sparsevec'].map((type) => operatorClasses(method, type)),
    ]),
  ].join('\n'),
}
