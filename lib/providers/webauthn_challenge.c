/* Challenges. One says all that it is good for by its last half, which is an HMAC:
 * nothing is kept of it but, once it was used, that it was. A browser may have many:
 * whichever tab is answered first, the others' hold on. */
#include "providers/webauthn.h"

#include "http/cache.h"
#include "jose/base64url.h"
#include "jose/jwt.h"
#include "oauth/oauth.h"

/* Bytes: when it was made, what makes it the only one, what binds it. */
#define TIME_LEN   4
#define RANDOM_LEN 12
#define MAC_LEN    16
#define LEN        (TIME_LEN + RANDOM_LEN + MAC_LEN)

/* In the cookie, in hex. */
#define KEY_LEN 32

#define COOKIE AUTHJS_COOKIE_WEBAUTHN_CHALLENGE

static apr_int64_t max_age(const authjs_exchange_t *x)
{
    return authjs_check_max_age(x, COOKIE);
}

/* ---- the key of this browser ------------------------------------------------------ */

/* It holds it sealed, and cannot read it. */
static const char *open_key(const authjs_exchange_t *x, const char *token)
{
    struct json_object *claims;
    const char *key;

    if (authjs_jwt_decode(x->pool, x->cookies->cookie[COOKIE].keys, token, strlen(token),
                          x->now, &claims)) {
        return NULL;
    }
    key = authjs_json_get_string(claims, "value");
    return key && strlen(key) == 2 * KEY_LEN ? key : NULL;
}

/* Those of all its cookies of that name: const char *. */
static apr_array_header_t *keys_of(const authjs_exchange_t *x)
{
    const apr_array_header_t *values = authjs_exchange_cookies(x, COOKIE);
    apr_array_header_t *keys = apr_array_make(x->pool, 1, sizeof(const char *));
    int i;

    for (i = 0; i < values->nelts; i++) {
        const char *key = open_key(x, APR_ARRAY_IDX(values, i, const char *));

        if (key) {
            APR_ARRAY_PUSH(keys, const char *) = key;
        }
    }
    return keys;
}

/* The one it has, else a new one; in both cases good for the whole time of a challenge
 * from now on. NULL: no randomness. */
static const char *keep_key(authjs_exchange_t *x)
{
    const apr_array_header_t *keys = keys_of(x);
    const char *key = keys->nelts ? APR_ARRAY_IDX(keys, 0, const char *)
                                  : authjs_random_hex(x->pool, KEY_LEN);
    struct json_object *claims = authjs_json_object(x->pool);
    const char *token;

    if (!key) {
        return NULL;
    }
    authjs_json_set_string(claims, "value", key);
    if (authjs_jwt_encode(x->pool, x->cookies->cookie[COOKIE].keys, claims, max_age(x),
                          x->now, &token)) {
        return NULL;
    }
    authjs_exchange_set_cookie(x, COOKIE, token, x->now + max_age(x));
    return key;
}

/* ---- what binds a challenge ------------------------------------------------------- */

static int mac_of(unsigned char mac[MAC_LEN], const authjs_exchange_t *x, const char *key,
                  const char *csrf_token, authjs_passkey_action_e action,
                  const char *user_id, const unsigned char *challenge)
{
    const authjs_provider_t *provider = x->provider;
    const char *text =
        apr_pstrcat(x->pool, authjs_base64url(x->pool, challenge, TIME_LEN + RANDOM_LEN),
                    "\n", apr_itoa(x->pool, action), "\n", provider->id, "\n",
                    provider->fingerprint, "\n", csrf_token ? csrf_token : "", "\n",
                    user_id ? user_id : "", NULL);
    unsigned char out[AUTHJS_MAC_MAX];

    if (!authjs_hmac(out, "SHA256", key, text)) {
        return 0;
    }
    memcpy(mac, out, MAC_LEN);
    return 1;
}

const char *authjs_passkey_challenge(authjs_exchange_t *x, authjs_passkey_action_e action,
                                     const char *user_id)
{
    const char *key = keep_key(x);
    unsigned char challenge[LEN];
    int i;

    for (i = 0; i < TIME_LEN; i++) {
        challenge[i] = (unsigned char)(x->now >> 8 * (TIME_LEN - 1 - i));
    }
    if (!key || authjs_random_bytes(challenge + TIME_LEN, RANDOM_LEN) ||
        !mac_of(challenge + TIME_LEN + RANDOM_LEN, x, key, x->csrf_token, action, user_id,
                challenge)) {
        return NULL;
    }
    return authjs_base64url(x->pool, challenge, LEN);
}

/* ---- one that came back ----------------------------------------------------------- */

static int is_in_time(const authjs_exchange_t *x, const unsigned char *challenge)
{
    apr_int64_t made = 0;
    int i;

    for (i = 0; i < TIME_LEN; i++) {
        made = made << 8 | challenge[i];
    }
    return made <= x->now + AUTHJS_JWT_TOLERANCE && x->now < made + max_age(x);
}

static int is_bound(const authjs_exchange_t *x, const char *key, const char *csrf_token,
                    authjs_passkey_action_e action, const char *user_id,
                    const unsigned char *challenge)
{
    unsigned char mac[MAC_LEN];

    return mac_of(mac, x, key, csrf_token, action, user_id, challenge) &&
           authjs_equal(mac, MAC_LEN, challenge + TIME_LEN + RANDOM_LEN, MAC_LEN);
}

/* By any key and any CSRF token that the browser has. */
static int is_ours(const authjs_exchange_t *x, authjs_passkey_action_e action,
                   const char *user_id, const unsigned char *challenge)
{
    const apr_array_header_t *keys = keys_of(x);
    int i, k, found = 0;

    for (i = 0; i < keys->nelts; i++) {
        const char *key = APR_ARRAY_IDX(keys, i, const char *);

        if (x->site->skip_csrf_check) {
            found |= is_bound(x, key, NULL, action, user_id, challenge);
        }
        for (k = 0; k < x->csrf_tokens->nelts; k++) {
            found |= is_bound(x, key, APR_ARRAY_IDX(x->csrf_tokens, k, const char *),
                              action, user_id, challenge);
        }
    }
    return found;
}

const char *authjs_passkey_challenge_use(authjs_exchange_t *x,
                                         authjs_passkey_action_e action,
                                         const char *user_id, const char *challenge)
{
    unsigned char *bytes;
    apr_size_t len;

    if (strlen(challenge) != AUTHJS_BASE64URL_LEN(LEN) ||
        !authjs_base64url_decode_dup(x->pool, challenge, strlen(challenge), &bytes,
                                     &len) ||
        len != LEN) {
        return "the challenge is none of ours";
    }
    if (!is_in_time(x, bytes)) {
        return "the challenge is too old";
    }
    if (!is_ours(x, action, user_id, bytes)) {
        return "the challenge was made for another browser, provider, purpose or user";
    }
    return authjs_cache_claim(x->site->cache, x->pool, "webauthn challenge", challenge,
                              max_age(x) + 2 * AUTHJS_JWT_TOLERANCE)
               ? NULL
               : "the challenge was used, or the cache that tells that has failed";
}
