/* Strict JSON over json-c. Every object is owned by a pool from birth. */
#ifndef AUTHJS_CORE_JSON_H
#define AUTHJS_CORE_JSON_H

#include <apr_pools.h>
#include <json-c/json.h>

#define AUTHJS_JSON_MAX_DEPTH 32
#define AUTHJS_JSON_MAX_LEN   (16 * 1024 * 1024)

/**
 * Parse one JSON text, strictly (RFC 8259): whole input, valid UTF-8, no NaN, Infinity,
 * single quotes, comments, trailing commas, leading zeros, duplicate members, control
 * characters, lone surrogates, NUL in a member's name or whole numbers of more than 64
 * bits; at most AUTHJS_JSON_MAX_DEPTH deep and AUTHJS_JSON_MAX_LEN long. A string may
 * have \u0000 in it; numbers with a fraction or an exponent keep their text.
 * @param value *value is released with pool; json null gives NULL with success.
 * @return NULL, or why the text was refused.
 */
const char *authjs_json_parse(struct json_object **value, apr_pool_t *pool,
                              const char *text, apr_size_t len);

/** As authjs_json_parse, and refuses whatever is not an object. */
const char *authjs_json_parse_object(struct json_object **object, apr_pool_t *pool,
                                     const char *text, apr_size_t len);

/** As authjs_json_parse_object, for what a person wrote: the reason has the line and the
 * column, in characters. In pool. */
const char *authjs_json_parse_file(struct json_object **object, apr_pool_t *pool,
                                   const char *text, apr_size_t len);

/** As authjs_json_parse_object, for what we have authenticated as our own: of several
 * members with one name the last counts, as in JavaScript. The names of members are in
 * pool: nothing of the tree may be held for longer. */
const char *authjs_json_parse_own(struct json_object **object, apr_pool_t *pool,
                                  const char *text, apr_size_t len);

/** A new object, released with pool. */
struct json_object *authjs_json_object(apr_pool_t *pool);

/** Hand a reference that the caller holds to pool. @return value. */
struct json_object *authjs_json_own(apr_pool_t *pool, struct json_object *value);

/** Set object[key] to a string (UTF-8), or to null when value is NULL. Keeps the position
 * of an existing member, as JavaScript does. */
void authjs_json_set_string(struct json_object *object, const char *key,
                            const char *value);
void authjs_json_set_int64(struct json_object *object, const char *key,
                           apr_int64_t value);
void authjs_json_set_boolean(struct json_object *object, const char *key, int value);
/** Set object[key] to value, taking a new reference of it. */
void authjs_json_set(struct json_object *object, const char *key,
                     struct json_object *value);
/** The same for a key that object does not have yet and that outlives it, as a literal
 * does: it is neither looked for nor copied. */
void authjs_json_set_new(struct json_object *object, const char *key,
                         struct json_object *value);

/** Set to[key] to what from[key] is; nothing happens when that is absent or null. */
void authjs_json_copy_member(struct json_object *to, struct json_object *from,
                             const char *key);

/** Set to[to_key] to what from[from_key] is, null included, as in JavaScript; nothing
 * happens when that is absent. */
void authjs_json_copy_as(struct json_object *to, const char *to_key,
                         struct json_object *from, const char *from_key);

/** object[key] when it is a string without NUL inside, else NULL. The text lives as long
 * as the object. Never converts. object may be NULL. */
const char *authjs_json_get_string(struct json_object *object, const char *key);
/** object[key] when it is a number that an int64 can hold; a fraction is cut off.
 * @return 1, or 0 when absent or of another type. */
int authjs_json_get_int64(struct json_object *object, const char *key, apr_int64_t *out);
/** object[key] when it is an object / array / anything, else NULL (borrowed). */
struct json_object *authjs_json_get_object(struct json_object *object, const char *key);
struct json_object *authjs_json_get_array(struct json_object *object, const char *key);
struct json_object *authjs_json_get(struct json_object *object, const char *key);

/** Whether a value says yes: true, "true", 1 or "1", and nothing else. What calls an
 * e-mail address verified is written so; no other spelling is guessed at. */
int authjs_json_is_affirmative(struct json_object *value);

/**
 * Check a tree that was not read by authjs_json_parse: well-formed UTF-8, numbers that
 * JSON has, at most AUTHJS_JSON_MAX_DEPTH deep (a cycle is deeper), and not larger than
 * max bytes, counting names, strings and one for each value.
 * @return NULL, or why it cannot be used.
 */
const char *authjs_json_check(struct json_object *value, apr_size_t max);

/** Compact text as JSON.stringify writes it (slashes not escaped). In pool. */
const char *authjs_json_text(apr_pool_t *pool, struct json_object *value);
/** JSON text without control characters, which says the same: DEL and C1, which strings
 * may hold as they are, are escaped. In pool.
 * @param len may be NULL */
const char *authjs_json_line(apr_pool_t *pool, const char *json, apr_size_t *len);

#endif
