/* The two sets of cookies, for http and https, and the keys of each. */
#include "settings/settings.h"
#include "site/parts.h"
#include "startup/startup.h"

#define YEAR ((apr_int64_t)365 * 24 * 3600)

static const struct {
    const char *name, *secure_name;
    int sealed;
    apr_int64_t max_age; /* 0: none is sent */
} defaults[AUTHJS_COOKIE__COUNT] = {
    {"authjs.session-token", "__Secure-authjs.session-token", 1, 0},
    {"authjs.callback-url", "__Secure-authjs.callback-url", 0, 0},
    {"authjs.csrf-token", "__Host-authjs.csrf-token", 0, 0},
    {"authjs.pkce.code_verifier", "__Secure-authjs.pkce.code_verifier", 1, 900},
    {"authjs.state", "__Secure-authjs.state", 1, 900},
    {"authjs.nonce", "__Secure-authjs.nonce", 1, 0},
    {"authjs.challenge", "__Secure-authjs.challenge", 1, 900},
    {"authjs.ask-first", "__Secure-authjs.ask-first", 0, 0},
    {"authjs.last-used", "__Host-authjs.last-used", 0, YEAR},
};

typedef struct {
    apr_pool_t *pool;
    const apr_table_t *keys;
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

/* What a sign-in needs besides the state lasts as long. */
static apr_int64_t usual_max_age(const reader_t *in, authjs_cookie_e which)
{
    const char *written = in->keys ? apr_table_get(in->keys, "state.maxAge") : NULL;
    apr_int64_t of_state = written ? apr_atoi64(written) : 0;
    apr_int64_t usual = defaults[which].max_age;

    if (which == AUTHJS_COOKIE_PKCE_CODE_VERIFIER || which == AUTHJS_COOKIE_NONCE) {
        return of_state > usual ? of_state : usual;
    }
    return usual;
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
    def->until_closed = max_age && !strcmp(max_age, AUTHJS_MAX_AGE_SESSION);
    if (def->until_closed) {
        return;
    }
    def->max_age = max_age ? apr_atoi64(max_age) : usual_max_age(in, which);
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
                why = apr_psprintf(pool, "its name collides with that of %s",
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

/* Both sets, as several sites may have them. */
typedef struct {
    authjs_cookie_set_t sets[2];
    apr_array_header_t *names;
} cookies_t;

/* All that a set is made of. */
static const char *text_of(authjs_build_t *build, const authjs_site_t *site,
                           const authjs_secrets_t *secrets, const apr_table_t *keys)
{
    authjs_parts_t *parts = authjs_parts_make(build->ptemp);
    int i;

    authjs_parts_add(parts, "",
                     apr_psprintf(build->ptemp, "%pp %d %d", (const void *)secrets,
                                  is_used(site, 0), is_used(site, 1)));
    for (i = 0; keys && i < apr_table_elts(keys)->nelts; i++) {
        const apr_table_entry_t *entry =
            &APR_ARRAY_IDX(apr_table_elts(keys), i, apr_table_entry_t);

        authjs_parts_add(parts, entry->key, entry->val);
    }
    return authjs_parts_text(parts);
}

static const char *make_set(authjs_cookie_set_t *set, authjs_build_t *build,
                            const authjs_secrets_t *secrets, const apr_table_t *keys)
{
    reader_t in = {build->pconf, keys, NULL};
    const char *why = NULL;
    int i;

    for (i = 0; !why && i < AUTHJS_COOKIE__COUNT; i++) {
        in.cookie = authjs_cookie_keys[i];
        read_def(&in, (authjs_cookie_e)i, set->secure, &set->cookie[i].def);
        if (defaults[i].sealed) {
            why = authjs_shared_keys(&set->cookie[i].keys, build, secrets,
                                     set->cookie[i].def.name);
        }
    }
    return why;
}

static const char *make(cookies_t *made, authjs_build_t *build, const authjs_site_t *site,
                        const authjs_secrets_t *secrets, const apr_table_t *keys)
{
    const char *why = NULL;
    int secure, i;

    made->names =
        apr_array_make(build->pconf, 2 * AUTHJS_COOKIE__COUNT, sizeof(const char *));
    for (secure = 0; !why && secure < 2; secure++) {
        authjs_cookie_set_t *set = &made->sets[secure];

        set->secure = secure;
        why = make_set(set, build, secrets, keys);
        if (!why && is_used(site, secure)) {
            why = check_set(build->pconf, set);
        }
        for (i = 0; !why && i < AUTHJS_COOKIE__COUNT; i++) {
            APR_ARRAY_PUSH(made->names, const char *) = set->cookie[i].def.name;
        }
    }
    return why;
}

const char *authjs_site_cookies(authjs_build_t *build, authjs_site_t *site,
                                const authjs_secrets_t *secrets, const apr_table_t *keys)
{
    void **place = authjs_shared(build, "cookies", text_of(build, site, secrets, keys));
    cookies_t *cookies = *place;
    const char *why = NULL;

    if (!cookies) {
        cookies = apr_pcalloc(build->pconf, sizeof(*cookies));
        why = make(cookies, build, site, secrets, keys);
        *place = why ? NULL : cookies;
    }
    site->cookies = cookies->sets;
    site->our_cookie_names = cookies->names;
    return why;
}
