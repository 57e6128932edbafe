/* The code is random, and kept nowhere: the browser holds a hash of it, sealed, with the
 * address, the link and what binds it to this browser. What is counted is counted here,
 * where nobody can begin again. */
#include "providers/email_code.h"

#include "http/cache.h"
#include "jose/jwt.h"
#include "mail/mail.h"
#include "oauth/oauth.h"
#include "providers/email_limit.h"
#include "site/mail.h"

#include "apr_lib.h"

#define NAME   "authjs.mail-code"
#define DIGITS 6

/* Wrong codes: for one mail, and within a day for one address and for one client. Each
 * has a chance of 1 in 1,000,000 (docs/security.md). */
#define TRIES         5
#define TRIES_ADDRESS 40
#define TRIES_CLIENT  90
#define DAY           ((apr_int64_t)86400)

/* A code that was asked for here, and whose time is not over. */
typedef struct {
    const char *random, *address, *link, *code;
    const authjs_provider_t *provider;
} pending_t;

enum { OF_MAIL, OF_ADDRESS, OF_CLIENT, KINDS };

static const char *hash_of(const authjs_exchange_t *x, const char *random,
                           const char *code)
{
    return authjs_sha256_hex(x->pool, apr_pstrcat(x->pool, random, "\n", code, "\n",
                                                  x->site->secret_string, NULL));
}

/* ---- begin ------------------------------------------------------------------------- */

const char *authjs_email_code_begin(authjs_exchange_t *x, const char *address,
                                    const char *hash, apr_int64_t expires)
{
    const authjs_cookie_def_t def =
        authjs_exchange_own_cookie(x, NAME, AUTHJS_MAIL_CODE_AGE);
    struct json_object *claims;
    const char *code, *random, *token, *bound, *code_hash;

    if (!x->provider->mail->code || !x->csrf_token) {
        return NULL;
    }
    code = authjs_random_digits(x->pool, DIGITS);
    random = authjs_random_hex(x->pool, 16);
    bound = random ? authjs_check_bind(x, random) : NULL;
    code_hash = code && random ? hash_of(x, random, code) : NULL;
    if (!bound || !code_hash) {
        return NULL;
    }
    claims = authjs_json_object(x->pool);
    authjs_json_set_string(claims, "site", x->base_url);
    authjs_json_set_string(claims, "provider", x->provider->id);
    authjs_json_set_string(claims, "random", random);
    authjs_json_set_string(claims, "b", bound);
    authjs_json_set_string(claims, "address", address);
    authjs_json_set_string(claims, "link", hash);
    authjs_json_set_string(claims, "code", code_hash);
    authjs_json_set_int64(claims, "until",
                          expires < x->now + AUTHJS_MAIL_CODE_AGE
                              ? expires
                              : x->now + AUTHJS_MAIL_CODE_AGE);
    if (authjs_jwt_encode(x->pool, x->site->link_keys, claims, AUTHJS_MAIL_CODE_AGE,
                          x->now, &token)) {
        return NULL;
    }
    APR_ARRAY_PUSH(x->set_cookies, const char *) =
        authjs_cookie_format(x->pool, &def, NULL, token, 0);
    authjs_exchange_hide(x, code);
    return code;
}

/* ---- what this browser waits for --------------------------------------------------- */

static int read_pending(authjs_exchange_t *x, const char *token, pending_t *pending)
{
    const authjs_provider_t *asked = x->provider;
    struct json_object *claims;
    int bound;

    if (authjs_jwt_decode(x->pool, x->site->link_keys, token, strlen(token), x->now,
                          &claims) ||
        !authjs_equal_str(authjs_json_get_string(claims, "site"), x->base_url) ||
        json_object_get_int64(authjs_json_get(claims, "until")) <= x->now) {
        return 0;
    }
    pending->random = authjs_json_get_string(claims, "random");
    pending->address = authjs_json_get_string(claims, "address");
    pending->link = authjs_json_get_string(claims, "link");
    pending->code = authjs_json_get_string(claims, "code");
    pending->provider =
        authjs_site_provider(x->site, authjs_json_get_string(claims, "provider"));
    if (!pending->provider || !pending->provider->mail ||
        !pending->provider->mail->code || (asked && asked != pending->provider)) {
        return 0;
    }
    x->provider = pending->provider;
    bound =
        authjs_check_is_bound(x, authjs_json_get_string(claims, "b"), pending->random);
    x->provider = asked;
    return bound && pending->address && pending->link && pending->code;
}

/* Of several cookies the first that opens, and is this browser's. */
static int find_pending(authjs_exchange_t *x, pending_t *pending)
{
    const authjs_cookie_def_t def =
        authjs_exchange_own_cookie(x, NAME, AUTHJS_MAIL_CODE_AGE);
    const apr_array_header_t *values =
        authjs_cookie_values(x->pool, x->cookie_header, def.name, def.name_len);
    int i;

    for (i = 0; i < values->nelts; i++) {
        if (read_pending(x, APR_ARRAY_IDX(values, i, const char *), pending)) {
            return 1;
        }
    }
    return 0;
}

/* ---- tries ------------------------------------------------------------------------- */

/* Exact also among several hosts where one account is at stake. */
static authjs_places_t tries_of(const authjs_exchange_t *x, const pending_t *pending,
                                int kind)
{
    const char *const what[] = {pending->random, pending->address, authjs_mail_client(x)};
    static const authjs_places_t kinds[] = {
        {"mail code", NULL, TRIES, AUTHJS_MAIL_CODE_AGE + 2 * AUTHJS_JWT_TOLERANCE, 1},
        {"mail code address", NULL, TRIES_ADDRESS, DAY, 1},
        {"mail code client", NULL, TRIES_CLIENT, DAY, 0}};
    authjs_places_t places = kinds[kind];

    places.name = authjs_mail_counted(x, what[kind]);
    return places;
}

/* Before anything is compared: whoever tries many at once has no more of them. */
static const char *count_try(const authjs_exchange_t *x, const pending_t *pending,
                             int *taken)
{
    static const char *const full[] = {
        "it was tried five times",
        "wrong codes have been tried too often for the address",
        "the client has tried wrong codes too often"};
    apr_int64_t until;
    apr_status_t rv;
    int kind;

    for (kind = 0; kind < KINDS; kind++) {
        const authjs_places_t places = tries_of(x, pending, kind);

        rv = authjs_places_take(x->site->cache, x->pool, &places, &taken[kind], &until);
        if (rv != APR_SUCCESS) {
            return rv == APR_EEXIST ? full[kind] : "tries cannot be counted";
        }
    }
    return NULL;
}

/* A right one is no wrong one. */
static void forgive_try(const authjs_exchange_t *x, const pending_t *pending,
                        const int *taken)
{
    int kind;

    for (kind = OF_ADDRESS; kind < KINDS; kind++) {
        const authjs_places_t places = tries_of(x, pending, kind);

        authjs_places_leave(x->site->cache, x->pool, &places, taken[kind]);
    }
}

/* The digits that were typed, in groups or not; NULL: these are no six. */
static const char *digits_of(apr_pool_t *pool, const char *typed)
{
    char *digits = apr_palloc(pool, DIGITS + 1);
    int len = 0;

    for (; *typed; typed++) {
        if (apr_isdigit(*typed) && len < DIGITS) {
            digits[len++] = *typed;
        }
        else if (!ap_strchr_c(" \t-", *typed)) {
            return NULL;
        }
    }
    digits[len] = '\0';
    return len == DIGITS ? digits : NULL;
}

static const authjs_error_t *refuse(authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_EmailCode, "provider %s: the code: %s",
                        x->provider->id, why);
}

const authjs_error_t *authjs_email_code_try(authjs_exchange_t *x, const char **address,
                                            const char **hash)
{
    const char *typed = authjs_exchange_field(x, "code"), *code, *why;
    const authjs_cookie_def_t def =
        authjs_exchange_own_cookie(x, NAME, AUTHJS_MAIL_CODE_AGE);
    pending_t pending;
    int taken[KINDS];

    authjs_exchange_hide(x, typed);
    if (!x->csrf_verified || !x->csrf_token) {
        return authjs_error(x->pool, AUTHJS_ERR_MissingCSRF,
                            "a code without the CSRF token of this browser");
    }
    if (!find_pending(x, &pending)) {
        return refuse(x, "this browser has asked for none, or its time is over");
    }
    code = digits_of(x->pool, typed ? typed : "");
    if (!code) {
        return refuse(x, "these are no six digits");
    }
    authjs_exchange_hide(x, code);
    why = count_try(x, &pending, taken);
    if (why) {
        return refuse(x, why);
    }
    if (!authjs_equal_str(hash_of(x, pending.random, code), pending.code)) {
        return refuse(x, "it is wrong");
    }
    forgive_try(x, &pending, taken);
    APR_ARRAY_PUSH(x->set_cookies, const char *) =
        authjs_cookie_format_delete(x->pool, &def, NULL);
    *address = pending.address;
    *hash = pending.link;
    return NULL;
}

authjs_email_code_t authjs_email_code(authjs_exchange_t *x)
{
    authjs_email_code_t shown = {NULL, NULL, 0};
    pending_t pending;
    int kind;

    if (!find_pending(x, &pending)) {
        return shown;
    }
    shown.provider = pending.provider;
    shown.address = pending.address;
    shown.tries = TRIES;
    for (kind = 0; kind < KINDS; kind++) {
        const authjs_places_t places = tries_of(x, &pending, kind);
        int left = places.count - authjs_places_taken(x->site->cache, x->pool, &places);

        shown.tries = left < shown.tries ? left : shown.tries;
    }
    return shown;
}
