import type { FuncCall } from 'libpg-query'
import type { RelationId } from '../model/schema-model.ts'
import { displayId } from '../sql/identifiers.ts'
import { as, strings } from '../sql/node.ts'
import { builtInType } from '../sql/types.ts'
import { builtInRoutines } from './built-in-routines.ts'

/**
 * Routines of extensions that compute something, or queue work for later, and change no schema: by extension, from its
 * documentation. What has a name of its own for each overload is one entry.
 */
const ofExtensions = {
  pgcrypto: `armor crypt dearmor decrypt decrypt_iv digest encrypt encrypt_iv gen_random_bytes gen_random_uuid gen_salt
    hmac pgp_armor_headers pgp_key_id pgp_pub_decrypt pgp_pub_decrypt_bytea pgp_pub_encrypt pgp_pub_encrypt_bytea
    pgp_sym_decrypt pgp_sym_decrypt_bytea pgp_sym_encrypt pgp_sym_encrypt_bytea`,
  'uuid-ossp': `uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 uuid_nil uuid_ns_dns
    uuid_ns_oid uuid_ns_url uuid_ns_x500`,
  pg_uuidv7: 'uuid_generate_v7 uuid_v7_to_timestamptz uuid_timestamptz_to_v7',
  citext: 'citext',
  pg_trgm: 'set_limit show_limit show_trgm similarity strict_word_similarity word_similarity',
  ltree: 'index lca ltree2text nlevel subltree subpath text2ltree',
  hstore: `akeys avals defined delete each exist hs_concat hstore hstore_to_array hstore_to_json hstore_to_json_loose
    hstore_to_jsonb hstore_to_jsonb_loose hstore_to_matrix isdefined isexists populate_record skeys slice slice_array svals`,
  earthdistance:
    'earth earth_box earth_distance gc_to_sec geo_distance latitude ll_to_earth longitude sec_to_gc',
  fuzzystrmatch: 'daitch_mokotoff difference dmetaphone dmetaphone_alt levenshtein metaphone soundex',
  intarray: 'icount idx intset sort sort_asc sort_desc subarray uniq',
  unaccent: 'unaccent',
  spi: 'moddatetime insert_username autoinc',
  vector: 'cosine_distance inner_product l1_distance l2_distance l2_normalize vector_dims vector_norm',
  postgis: `st_area st_asgeojson st_astext st_buffer st_centroid st_contains st_distance st_dwithin st_geogfromtext
    st_geomfromgeojson st_geomfromtext st_intersects st_makepoint st_point st_setsrid st_transform st_within st_x st_y`,
  pgjwt: 'sign verify url_encode url_decode',
  pg_cron: 'schedule schedule_in_database unschedule alter_job',
  pgmq: 'send send_batch read pop archive set_vt purge_queue list_queues metrics metrics_all',
  pg_net: 'http_get http_post http_delete',
  supabase_vault: 'create_secret update_secret',
  pg_stat_statements: 'pg_stat_statements_reset',
}

const harmless: ReadonlySet<string> = new Set(
  Object.values(ofExtensions).flatMap((names) => names.split(/\s+/)),
)

/**
 * Whether calling the routine is known to change no schema: PostgreSQL's own, casts written as calls (`jsonb(x)`), and
 * those of known extensions.
 */
export function isHarmless(names: readonly string[]): boolean {
  const name = names.at(-1) ?? ''
  const namespace = names.at(-2) ?? 'pg_catalog'
  if (namespace === 'pg_catalog' && (builtInRoutines.has(name) || builtInType(name) !== undefined))
    return true
  return harmless.has(name)
}

/** Routines of pgmq that make or drop the two tables of a queue and nothing else. */
const ofQueues = ['create', 'create_unlogged', 'create_non_partitioned', 'drop_queue']

/** The relations that a call of an extension's routine makes or drops, where that is known; else null. */
export function relationsOfCall(call: FuncCall): readonly RelationId[] | null {
  const [namespace, name = ''] = strings(call.funcname)
  const queue = as(call.args?.[0], 'A_Const')?.sval?.sval?.toLowerCase()
  if (namespace !== 'pgmq' || !ofQueues.includes(name) || queue === undefined) return null
  return [displayId('pgmq', `q_${queue}`), displayId('pgmq', `a_${queue}`)]
}
