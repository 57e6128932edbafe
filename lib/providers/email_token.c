/* The token of a sign-in link, and what the database has of it. */
#include "providers/email.h"

#include "callbacks/callbacks.h"
#include "web/url.h"

#define RANDOM_BYTES 32
#define RANDOM_LEN   (RANDOM_BYTES * 2)
#define SCOPE_LEN    16

/* Nobody can guess a token as long as these: a shorter one would open to whoever tries
 * all of them. */
#define OWN_MIN 20
#define OWN_MAX 255

/* A token is followed by what it was made for: the site and the provider. It cannot be
 * taken off, since the database has the hash of the whole. */
static const char *scope_of(const authjs_exchange_t *x)
{
    const char *hash = authjs_sha256_hex(x->pool, apr_pstrcat(x->pool, x->base_url, " ",
                                                              x->provider->id, NULL));

    return hash ? apr_pstrmemdup(x->pool, hash, SCOPE_LEN) : NULL;
}

int authjs_email_token_fits(const authjs_exchange_t *x, const char *token)
{
    apr_size_t len = strspn(token, "0123456789abcdef");

    return len != RANDOM_LEN || token[len] != '-' ||
           authjs_equal_str(token + len + 1, scope_of(x));
}

static const authjs_error_t *no_token(const authjs_exchange_t *x, const char *why)
{
    return authjs_error(x->pool, AUTHJS_ERR_CallbackRouteError,
                        "provider %s: generateVerificationToken: %s", x->provider->id,
                        why);
}

static int is_plain(const char *token)
{
    for (; *token; token++) {
        if (!authjs_is_alnum(*token) && !ap_strchr_c("-._~", *token)) {
            return 0;
        }
    }
    return 1;
}

static const authjs_error_t *check_own(const authjs_exchange_t *x, const char *token)
{
    if (strlen(token) < OWN_MIN || strlen(token) > OWN_MAX) {
        return no_token(x, "a token has between 20 and 255 characters");
    }
    return is_plain(token) ? NULL
                           : no_token(x, "a token has letters, digits and -._~ only");
}

/* The callback is told the random token that would be used: not every runner has
 * randomness of its own. *token stays when nobody answers. */
static const authjs_error_t *ask_own(authjs_exchange_t *x, const char *address,
                                     const char **token)
{
    struct json_object *params = authjs_json_object(x->pool);
    const char *own;

    authjs_json_set_string(params, "identifier", address);
    authjs_json_set_string(params, "provider", x->provider->id);
    authjs_json_set_string(params, "token", *token);
    if (authjs_callback_text(x, AUTHJS_CALLBACK_generateVerificationToken, params,
                             &own)) {
        return no_token(x, "it failed");
    }
    *token = own ? own : *token;
    return own ? check_own(x, own) : NULL;
}

const authjs_error_t *authjs_email_new_token(authjs_exchange_t *x, const char *address,
                                             const char **token)
{
    const char *random = authjs_random_hex(x->pool, RANDOM_BYTES), *scope = scope_of(x);

    if (!random || !scope) {
        return authjs_error(x->pool, AUTHJS_ERR_AuthError, "a token: no randomness");
    }
    *token = apr_pstrcat(x->pool, random, "-", scope, NULL);
    return authjs_has_callback(x->site, AUTHJS_CALLBACK_generateVerificationToken)
               ? ask_own(x, address, token)
               : NULL;
}

/* Auth.js joins several secrets by commas. */
apr_array_header_t *authjs_email_token_hashes(const authjs_exchange_t *x,
                                              const char *token)
{
    apr_array_header_t *hashes = apr_array_make(x->pool, 2, sizeof(const char *));
    const char *secrets =
        x->provider->mail->secret ? x->provider->mail->secret : x->site->secret_string;
    int i, count = x->provider->mail->secret ? 1 : x->site->secrets->nelts;

    for (i = 0; i < count; i++) {
        const char *hash =
            authjs_sha256_hex(x->pool, apr_pstrcat(x->pool, token, secrets, NULL));

        if (hash) {
            APR_ARRAY_PUSH(hashes, const char *) = hash;
        }
        if (i + 1 < count) {
            secrets += strlen(APR_ARRAY_IDX(x->site->secrets, i, const char *)) + 1;
        }
    }
    return hashes;
}
