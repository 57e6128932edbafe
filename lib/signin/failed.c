#include "signin/failed.h"

#include "settings/settings.h"
#include "web/url.h"

#include "apr_shm.h"

/* Whoever tries passwords, or sends nonsense to a callback, fills no disk: so many lines
 * of one error within so many seconds, over all children. */
#define FAILURE_LINES  60
#define FAILURE_WINDOW 60

#define LOGIN_MAX   32
#define ADDRESS_MAX 128
#define DETAIL_MAX  4000
#define ID_MAX      64

/* A child's own, where there is no shared memory. */
static authjs_rate_t own_rates[AUTHJS_ERR__COUNT];
static authjs_rate_t *failures = own_rates;

static apr_status_t forget_shared(void *data)
{
    (void)data;
    failures = own_rates;
    return APR_SUCCESS;
}

void authjs_failures_share(apr_pool_t *pconf)
{
    apr_shm_t *shm;

    if (apr_shm_create(&shm, sizeof(own_rates), NULL, pconf) == APR_SUCCESS) {
        failures = apr_shm_baseaddr_get(shm);
        memset(failures, 0, sizeof(own_rates));
        apr_pool_cleanup_register(pconf, NULL, forget_shared, apr_pool_cleanup_null);
    }
}

/* ---- whom it is about -------------------------------------------------------------- */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Letters alone, as in a name: what has digits or signs in it may be a password. */
static int looks_like_name(const char *text)
{
    apr_size_t len = strspn(text, LETTERS "._-");

    return len > 0 && len <= LOGIN_MAX && !text[len];
}

/* name@example.com: with a domain, whose last part is letters. */
static int looks_like_address(const char *text)
{
    const char *at = ap_strchr_c(text, '@');
    const char *dot = at ? ap_strrchr_c(at, '.') : NULL;
    apr_size_t local, domain;

    if (!dot || at == text || dot == at + 1 || strlen(text) > ADDRESS_MAX) {
        return 0;
    }
    local = strspn(text, LETTERS "0123456789._-+");
    domain = strspn(at + 1, LETTERS "0123456789.-");
    return text + local == at && !at[1 + domain] && dot[1] && dot[2] &&
           !dot[1 + strspn(dot + 1, LETTERS)];
}

/* Both in the one field, or the password alone. */
static int holds_password(const authjs_exchange_t *x)
{
    const char *password = authjs_exchange_field(x, "password");

    return !password || !*password || ap_strstr_c(x->tried, password);
}

const char *authjs_tried_name(const authjs_exchange_t *x)
{
    if (!x->tried || holds_password(x)) {
        return NULL;
    }
    return x->tried_exists || looks_like_name(x->tried) || looks_like_address(x->tried)
               ? x->tried
               : NULL;
}

const char *authjs_tried_hash(const authjs_exchange_t *x)
{
    const char *hash;

    if (!x->tried || !*x->tried) {
        return NULL;
    }
    hash = authjs_sha256_hex(x->pool, apr_pstrcat(x->pool, "tried ", x->tried,
                                                  x->site->secret_string, NULL));
    return hash ? apr_pstrmemdup(x->pool, hash, 8) : NULL;
}

static const char *quoted(apr_pool_t *pool, const char *label, const char *text)
{
    return text && *text
               ? apr_pstrcat(pool, label, "\"", authjs_printable(pool, text, ADDRESS_MAX),
                             "\"", NULL)
               : "";
}

const char *authjs_user_for_log(const authjs_exchange_t *x, struct json_object *user)
{
    const char *id = authjs_json_get_string(user, "id");

    id = id ? authjs_printable(x->pool, id, ADDRESS_MAX) : "?";
    if (!x->site->log_user) {
        return id;
    }
    return apr_pstrcat(x->pool, id,
                       quoted(x->pool, " ", authjs_json_get_string(user, "name")),
                       quoted(x->pool, " ", authjs_json_get_string(user, "email")), NULL);
}

/* ---- the line ---------------------------------------------------------------------- */

static const char *subject(const authjs_exchange_t *x)
{
    const char *name = authjs_tried_name(x), *hash;

    if (x->tried_user) {
        return apr_pstrcat(x->pool, ", user ", authjs_user_for_log(x, x->tried_user),
                           NULL);
    }
    if (name) {
        return quoted(x->pool, ", user name ", name);
    }
    hash = authjs_tried_hash(x);
    return hash ? apr_pstrcat(x->pool, ", a user name that may be a password (#", hash,
                              ")", NULL)
                : "";
}

/* 1, 10, 100... */
static int is_power_of_ten(apr_uint32_t n)
{
    while (n > 9 && n % 10 == 0) {
        n /= 10;
    }
    return n == 1;
}

/* The level that is left for one more line. */
static int bounded_level(authjs_exchange_t *x, const authjs_error_t *error, int level)
{
    apr_uint32_t before, n;

    n = authjs_rate_count(&failures[error->type], (apr_uint32_t)(x->now / FAILURE_WINDOW),
                          &before);
    if (before > FAILURE_LINES) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, x->r,
                      "AuthJS: %u sign-ins failed with %s within a minute; the first %d "
                      "have a line of their own",
                      before, error->name, FAILURE_LINES);
    }
    if (n <= FAILURE_LINES) {
        return level;
    }
    if (is_power_of_ten(n - FAILURE_LINES)) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, x->r,
                      "AuthJS: %u sign-ins have failed with %s in this minute: after the "
                      "first %d their lines are at info",
                      n, error->name, FAILURE_LINES);
    }
    return APLOG_INFO;
}

void authjs_failure_log(authjs_exchange_t *x, const authjs_error_t *error)
{
    int level =
        bounded_level(x, error,
                      error->level == AUTHJS_LOG_ERROR ? APLOG_ERR : APLOG_WARNING);

    ap_log_rerror(APLOG_MARK, level, 0, x->r, "AuthJS: %s: %.*s (%s%s%s, reference %.*s)",
                  error->name, DETAIL_MAX,
                  authjs_exchange_without_secrets(x, error->detail),
                  x->provider ? "provider " : "no provider",
                  x->provider ? x->provider->id : "", subject(x), ID_MAX,
                  authjs_request_id(x->r));
}
