/* The two sets of cookies, for http and https, and the keys of each. */
#include "settings/settings.h"
#include "startup/startup.h"

static const struct {
    const char *name, *secure_name;
    apr_int64_t max_age; /* 0: none is sent */
} defaults[AUTHJS_COOKIE__COUNT] = {
    {"authjs.session-token", "__Secure-authjs.session-token", 0},
    {"authjs.callback-url", "__Secure-authjs.callback-url", 0},
    {"authjs.csrf-token", "__Host-authjs.csrf-token", 0},
    {"authjs.pkce.code_verifier", "__Secure-authjs.pkce.code_verifier", 900},
    {"authjs.state", "__Secure-authjs.state", 900},
    {"authjs.nonce", "__Secure-authjs.nonce", 0},
    {"authjs.challenge", "__Secure-authjs.challenge", 900},
};

typedef struct {
    apr_pool_t *pool;
    apr_table_t *keys;
    const char *cookie;
} reader_t;

static const char *written_value(const reader_t *in, const char *key,
                                 const char *otherwise)
{
    const char *value =
        in->keys
            ? apr_table_get(in->keys, apr_pstrcat(in->pool, in->cookie, ".", key, NULL))
            : NULL;

    return value ? value : otherwise;
}

static int is_on(const reader_t *in, const char *key, int otherwise)
{
    return !strcmp(written_value(in, key, otherwise ? "on" : "off"), "on");
}

static void read_def(const reader_t *in, authjs_cookie_e which, int secure,
                     authjs_cookie_def_t *def)
{
    const char *max_age = written_value(in, "maxAge", NULL);

    def->name =
        written_value(in, "name",
                      secure ? defaults[which].secure_name : defaults[which].name);
    def->name_len = strlen(def->name);
    def->domain = written_value(in, "domain", NULL);
    def->path = written_value(in, "path", "/");
    def->same_site = written_value(in, "sameSite", "Lax");
    def->priority = written_value(in, "priority", NULL);
    def->http_only = is_on(in, "httpOnly", 1);
    def->secure = is_on(in, "secure", secure);
    def->partitioned = is_on(in, "partitioned", 0);
    def->max_age = max_age ? apr_atoi64(max_age) : defaults[which].max_age;
    def->max_age_set = max_age || defaults[which].max_age;
}

/* What browsers would throw away. */
static const char *check_def(const authjs_cookie_def_t *def)
{
    if (!strncmp(def->name, "__Host-", 7) &&
        (!def->secure || def->domain || strcmp(def->path, "/"))) {
        return "a name that begins with __Host- needs secure=On, path=/ and no domain";
    }
    if (!strncmp(def->name, "__Secure-", 9) && !def->secure) {
        return "a name that begins with __Secure- needs secure=On";
    }
    if (!strcmp(def->same_site, "None") && !def->secure) {
        return "sameSite=None needs secure=On";
    }
    if (def->partitioned && !def->secure) {
        return "partitioned=On needs secure=On";
    }
    return NULL;
}

/* b is a, or looks like a chunk of it: a.0 */
static int collides(const authjs_cookie_def_t *a, const authjs_cookie_def_t *b)
{
    const char *rest = b->name + a->name_len;

    if (b->name_len < a->name_len || strncmp(a->name, b->name, a->name_len)) {
        return 0;
    }
    return !*rest ||
           (*rest == '.' && rest[1] && !rest[1 + strspn(rest + 1, "0123456789")]);
}

static const char *check_set(apr_pool_t *pool, const authjs_cookie_set_t *set)
{
    const char *why = NULL;
    int i, j;

    for (i = 0; i < AUTHJS_COOKIE__COUNT; i++) {
        why = check_def(&set->cookie[i].def);
        for (j = 0; !why && j < AUTHJS_COOKIE__COUNT; j++) {
            if (i != j && collides(&set->cookie[i].def, &set->cookie[j].def)) {
                why = apr_psprintf(pool, "its name gets in the way of %s",
                                   authjs_cookie_keys[j]);
            }
        }
        if (why) {
            return apr_psprintf(pool, "AuthJSCookie %s: %s", authjs_cookie_keys[i], why);
        }
    }
    return NULL;
}

/* A set that no request can get, because the origin says otherwise, may be as it likes.
 */
static int is_used(const authjs_site_t *site, int secure)
{
    if (site->use_secure_cookies != AUTHJS_AUTO) {
        return secure == (site->use_secure_cookies == AUTHJS_ON);
    }
    return !site->pinned_origin || secure == !strncmp(site->pinned_origin, "https:", 6);
}

const char *authjs_site_cookies(apr_pool_t *pool, authjs_site_t *site, apr_table_t *keys)
{
    reader_t in = {pool, keys, NULL};
    authjs_keyring_t *keyring = NULL;
    const char *why = NULL;
    int secure, i;

    site->our_cookie_names =
        apr_array_make(pool, 2 * AUTHJS_COOKIE__COUNT, sizeof(const char *));
    for (secure = 0; !why && secure < 2; secure++) {
        authjs_cookie_set_t *set = &site->cookies[secure];

        set->secure = secure;
        for (i = 0; !why && i < AUTHJS_COOKIE__COUNT; i++) {
            in.cookie = authjs_cookie_keys[i];
            read_def(&in, (authjs_cookie_e)i, secure, &set->cookie[i].def);
            APR_ARRAY_PUSH(site->our_cookie_names, const char *) =
                set->cookie[i].def.name;
            why = authjs_keyring_create(&keyring, pool, site->secrets,
                                        set->cookie[i].def.name);
            set->cookie[i].keys = keyring;
        }
        if (!why && is_used(site, secure)) {
            why = check_set(pool, set);
        }
    }
    return why;
}
