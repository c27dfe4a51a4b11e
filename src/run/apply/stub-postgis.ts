import { sql } from '../../sql/template.ts'
import type { StubExtension } from './stub-extensions.ts'

/**
 * A type that holds text. What stands in its modifier is not kept: only how much stands there, of which nothing is shown.
 * Its class for GiST has the functions for boxes, which an index calls when it splits a page.
 */
function spatialType(name: string): string {
  return sql`
    create type ${name};
    create function ${name}_in(cstring) returns ${name} language internal immutable strict as 'textin';
    create function ${name}_out(${name}) returns cstring language internal immutable strict as 'textout';
    create function ${name}_typmod_in(cstring[]) returns integer language internal immutable strict as 'array_ndims';
    create function ${name}_typmod_out(integer) returns cstring language internal immutable strict as 'varchartypmodout';
    create type ${name} (
      input = ${name}_in, output = ${name}_out, typmod_in = ${name}_typmod_in, typmod_out = ${name}_typmod_out,
      internallength = variable, storage = extended
    );
    create operator class gist_${name}_ops default for type ${name} using gist as
      function 1 gist_box_consistent(internal, box, smallint, oid, internal),
      function 2 gist_box_union(internal, internal),
      function 5 gist_box_penalty(internal, internal, internal),
      function 6 gist_box_picksplit(internal, internal),
      function 7 gist_box_same(box, box, internal);
  `
}

/** Functions by what they give: of one value, of two values, or a value of text or numbers. */
const measuresOfOne = ['st_x', 'st_y', 'st_z', 'st_area', 'st_length', 'st_perimeter']
const measuresOfTwo = ['st_distance', 'st_distancesphere']
const tests = [
  'st_contains',
  'st_within',
  'st_intersects',
  'st_covers',
  'st_coveredby',
  'st_equals',
  'st_overlaps',
]
const shapes = [
  'st_centroid',
  'st_envelope',
  'st_makevalid',
  'st_convexhull',
  'st_pointonsurface',
  'st_multi',
]

function functionsOf(type: string): string {
  const one = (name: string, gives: string, value: string) =>
    `create function ${name}(${type}) returns ${gives} language sql immutable as 'select ${value}';`
  const two = (name: string, gives: string, value: string) =>
    `create function ${name}(${type}, ${type}) returns ${gives} language sql immutable as 'select ${value}';`
  return [
    ...measuresOfOne.map((name) => one(name, 'double precision', '0.0::float8')),
    ...measuresOfTwo.map((name) => two(name, 'double precision', '0.0::float8')),
    ...tests.map((name) => two(name, 'boolean', 'false')),
    ...shapes.map((name) => one(name, type, '$1')),
    one('st_astext', 'text', "''''"),
    one('st_asgeojson', 'text', "''{}''"),
    one('st_srid', 'integer', '4326'),
    one('st_isvalid', 'boolean', 'true'),
    `create function st_dwithin(${type}, ${type}, double precision) returns boolean language sql immutable as 'select false';`,
    `create function st_buffer(${type}, double precision) returns ${type} language sql immutable as 'select $1';`,
    `create operator && (leftarg = ${type}, rightarg = ${type}, function = st_intersects);`,
    `create operator <-> (leftarg = ${type}, rightarg = ${type}, function = st_distance);`,
  ].join('\n')
}

export const postgisStub: StubExtension = {
  namespace: null,
  version: '3.5.0',
  sql: [
    spatialType('geometry'),
    spatialType('geography'),
    'create cast (geometry as geography) without function as implicit;',
    'create cast (geography as geometry) without function;',
    'create cast (text as geometry) with inout as implicit;',
    functionsOf('geometry'),
    functionsOf('geography'),
    sql`
      create table spatial_ref_sys (
        srid integer not null primary key, auth_name varchar(256), auth_srid integer, srtext varchar(2048),
        proj4text varchar(2048)
      );
      create function st_makepoint(double precision, double precision) returns geometry
        language sql immutable as $$ select ''::geometry $$;
      create function st_point(double precision, double precision) returns geometry
        language sql immutable as $$ select ''::geometry $$;
      create function st_point(double precision, double precision, integer) returns geometry
        language sql immutable as $$ select ''::geometry $$;
      create function st_setsrid(geometry, integer) returns geometry language sql immutable as $$ select $1 $$;
      create function st_transform(geometry, integer) returns geometry language sql immutable as $$ select $1 $$;
      create function st_geomfromtext(text, integer default 0) returns geometry
        language sql immutable as $$ select ''::geometry $$;
      create function st_geomfromgeojson(text) returns geometry language sql immutable as $$ select ''::geometry $$;
      create function st_geogfromtext(text) returns geography language sql immutable as $$ select ''::geography $$;
      create function st_geographyfromtext(text) returns geography language sql immutable as $$ select ''::geography $$;
      create function st_makeenvelope(
        double precision, double precision, double precision, double precision, integer default 0
      ) returns geometry language sql immutable as $$ select ''::geometry $$;
      create function postgis_version() returns text language sql immutable as $$ select '3.5' $$;
    `,
  ].join('\n'),
}
