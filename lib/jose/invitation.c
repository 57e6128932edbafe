#include "jose/invitation.h"

#include "core/core.h"
#include "jose/base64url.h"
#include "jose/seal.h"

#include <apr_strings.h>

#include <string.h>

/* Sealed are the id and, behind it, the name. The site and the provider are not in it: it
 * is bound to them. */

static int bind_to(unsigned char bound[AUTHJS_SEAL_BOUND], apr_pool_t *pool,
                   const authjs_invitation_t *invitation)
{
    const char *text =
        apr_pstrcat(pool, invitation->base_url, "\n", invitation->provider, NULL);

    return authjs_sha256(bound, text, strlen(text));
}

/* Two that have an id in common are two rows all the same. */
static const char *describe(authjs_invitation_t *invitation, apr_pool_t *pool)
{
    invitation->identifier =
        apr_pstrcat(pool, AUTHJS_INVITATION_PREFIX, invitation->id,
                    *invitation->name ? " " : "", invitation->name, NULL);
    invitation->hash = authjs_sha256_hex(pool, invitation->token);
    return invitation->hash ? NULL : "OpenSSL failed";
}

const char *authjs_invitation_make(authjs_invitation_t *invitation, apr_pool_t *pool,
                                   const authjs_keyring_t *keys, apr_int64_t expires)
{
    unsigned char bound[AUTHJS_SEAL_BOUND], *sealed;
    const char *text, *why;
    apr_size_t len;

    if (*invitation->name &&
        !authjs_is_line(invitation->name, AUTHJS_INVITATION_NAME_MAX)) {
        return "the name is a line of text of 100 bytes at most";
    }
    invitation->id = authjs_random_hex(pool, AUTHJS_INVITATION_ID_LEN / 2);
    if (!invitation->id || !bind_to(bound, pool, invitation)) {
        return "OpenSSL failed";
    }
    text = apr_pstrcat(pool, invitation->id, invitation->name, NULL);
    len = strlen(text);
    why = authjs_seal(pool, keys, bound, expires, text, len, &sealed);
    if (why) {
        return why;
    }
    invitation->token = authjs_base64url(pool, sealed, len + AUTHJS_SEAL_OVERHEAD);
    return describe(invitation, pool);
}

const char *authjs_invitation_open(authjs_invitation_t *invitation, apr_pool_t *pool,
                                   const authjs_keyring_t *keys, apr_int64_t now)
{
    unsigned char bound[AUTHJS_SEAL_BOUND], *sealed;
    apr_size_t len = strlen(invitation->token);
    const char *why;
    char *text;

    if (len > AUTHJS_INVITATION_TOKEN_MAX ||
        !authjs_base64url_decode_dup(pool, invitation->token, len, &sealed, &len)) {
        return "it is no invitation";
    }
    if (!bind_to(bound, pool, invitation)) {
        return "OpenSSL failed";
    }
    why = authjs_unseal(pool, keys, bound, now, sealed, len, &text);
    if (why) {
        return why;
    }
    len -= AUTHJS_SEAL_OVERHEAD;
    if (len < AUTHJS_INVITATION_ID_LEN) {
        return "it is no invitation";
    }
    invitation->id = apr_pstrmemdup(pool, text, AUTHJS_INVITATION_ID_LEN);
    invitation->name = text + AUTHJS_INVITATION_ID_LEN;
    return describe(invitation, pool);
}
