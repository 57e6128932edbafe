/* Definitions of providers: data, in the format that docs/providers/custom.md describes,
 * and the two small languages in it: of profiles, and of whose e-mail address it is. */
#ifndef AUTHJS_CATALOGUE_CATALOGUE_H
#define AUTHJS_CATALOGUE_CATALOGUE_H

#include "site/provider.h"

/** The catalogue entry of an id as a new object: of AuthJSProviderFile, else built in; a
 * bare type is an entry too. NULL when there is none. Released with pool.
 * @param files of AuthJSProviderFile: struct json_object *; may be NULL */
struct json_object *
authjs_catalogue_entry(apr_pool_t *pool, const apr_array_header_t *files, const char *id);
/** The id that looks most like this one, or NULL when none does. In pool. */
const char *authjs_catalogue_nearest(apr_pool_t *pool, const apr_array_header_t *files,
                                     const char *id);
/** Lay what AuthJSOption says over the definition's options: provider->options.
 * @param general keys that every provider of the type has, ended by NULL
 * @return NULL, or what to write. */
const char *authjs_catalogue_options(authjs_provider_t *provider, apr_pool_t *pool,
                                     const char *const *general);
/** text with the provider's issuer (without '/' at its end), client id and options in the
 * places {issuer}, {clientId}, {option}. NULL, or what to write. */
const char *authjs_catalogue_expand(const char **expanded, apr_pool_t *pool,
                                    const authjs_provider_t *provider, const char *text);
/** The same for all endpoints of *entry, which becomes another one where there is
 * something to fill in: providers share entries. NULL, or what to write. */
const char *authjs_catalogue_fill_in(struct json_object **entry, apr_pool_t *pool,
                                     const authjs_provider_t *provider);

/** The name in {name} at text, in pool; or NULL: other braces stand for themselves. */
const char *authjs_catalogue_place(apr_pool_t *pool, const char *text);

/** Hold entries against the schema of their format, and what one member says against the
 * others; the member $schema is taken away. NULL, or what is wrong with which member:
 * "forum.checks must be a list", the first few. */
const char *authjs_catalogue_check(apr_pool_t *pool, struct json_object *entries);
/** Read a JSON file of entries (AuthJSProviderFile) and check them. *entries is released
 * with pool. NULL, or what is wrong. */
const char *authjs_catalogue_read(struct json_object **entries, apr_pool_t *pool,
                                  apr_pool_t *ptemp, const char *path);

/** What stands at path: a JSON pointer, in which a step [name] is the first element of a
 * list whose member of that name is true. @return 1: something, null included. */
int authjs_catalogue_find(struct json_object **found, apr_pool_t *pool,
                          struct json_object *raw, const char *path);

/* --- profile mapping, as data (docs/providers.md) --- */

/**
 * Map a raw profile to Auth.js's user {id, name, email, image, ...}: the mini-language of
 * the catalogue: null, "absent", "/a/b", X ?? Y, X || Y, string(/a), "{/a} {/b}",
 * join(/a,/b), if(C) then T else E, uuid(); conditions /a, /a = "t", /a begins "t";
 * {/a >> 22 % 6} in a text. Its id is text or a number; name, email and
 * image are text, null or not there.
 * @param odd where to say (const char *) which of name and image were of another type,
 * and are taken for absent
 * @return NULL, or OAuthProfileParseError, which names the member.
 */
const authjs_error_t *authjs_profile_map(apr_pool_t *pool, struct json_object *mapping,
                                         struct json_object *raw,
                                         struct json_object **user,
                                         apr_array_header_t *odd);
/* --- whose e-mail address it is --- */

#define AUTHJS_VERIFIED_ALWAYS "always"
#define AUTHJS_VERIFIED_NEVER  "never"
#define AUTHJS_VERIFIED_OIDC   "/email_verified" /**< OpenID Connect Core 5.1 */

/**
 * Whether the provider vouches for the e-mail address of a raw profile.
 * @param rule always, never, or conditions with " and " between them: /path, which must
 *        be affirmative (authjs_json_is_affirmative), or date(/path), which must be a
 * date
 */
int authjs_verified(apr_pool_t *pool, const char *rule, struct json_object *raw);
/** Check a rule's grammar at start-up. NULL, or what is wrong. */
const char *authjs_verified_check(apr_pool_t *pool, const char *rule);

/** The field of AuthJSProfile, and the member of a definition, that is no mapping but a
 * rule (authjs_verified). */
#define AUTHJS_EMAIL_VERIFIED "emailVerified"

/** Check a mapping's grammar at start-up. NULL, or what is wrong. */
const char *authjs_profile_check(apr_pool_t *pool, const char *mapping);

#endif
