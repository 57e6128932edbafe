/* An invitation to make an account: what authjsctl invite writes into a link, and a site
 * reads out of it. That it is good once is the database's matter. */
#ifndef AUTHJS_JOSE_INVITATION_H
#define AUTHJS_JOSE_INVITATION_H

#include "jose/jwe.h"

/** The purpose of the keys (authjs_keyring_create). */
#define AUTHJS_INVITATION_SALT "mod_authjs invitation"

/** Hex digits of an id; bytes of a name and of a token at most. */
#define AUTHJS_INVITATION_ID_LEN    16
#define AUTHJS_INVITATION_NAME_MAX  100
#define AUTHJS_INVITATION_TOKEN_MAX 256

/** What the identifier of an invitation in the database begins with. */
#define AUTHJS_INVITATION_PREFIX "invitation:"

typedef struct {
    const char *base_url; /**< of the endpoints that it is for, as browsers find them */
    const char *provider; /**< the id of the one that it is for */
    const char *id;       /**< what it is called where it is told of */
    const char *name;     /**< what the inviter calls whom it is for: a line, or "" */
    const char *token;    /**< what whoever is invited has */
    const char *identifier, *hash; /**< what the database has of it */
} authjs_invitation_t;

/**
 * Make one: with base_url, provider and name in, and the rest out, in pool.
 * @param expires seconds since the epoch: from then on it is refused
 * @return NULL, or why (a name that is no line, OpenSSL, no randomness).
 */
const char *authjs_invitation_make(authjs_invitation_t *invitation, apr_pool_t *pool,
                                   const authjs_keyring_t *keys, apr_int64_t expires);

/**
 * Open one, by any of the keys: with base_url, provider and token in, and the rest out.
 * @param now seconds since the epoch
 * @return NULL, or why it is none for this site and provider, a constant.
 */
const char *authjs_invitation_open(authjs_invitation_t *invitation, apr_pool_t *pool,
                                   const authjs_keyring_t *keys, apr_int64_t now);

#endif
