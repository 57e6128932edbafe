#include "site/parts.h"

#include "jose/base64url.h"

struct authjs_parts_t {
    apr_array_header_t *list; /* const char * */
};

authjs_parts_t *authjs_parts_make(apr_pool_t *pool)
{
    authjs_parts_t *parts = apr_palloc(pool, sizeof(*parts));

    parts->list = apr_array_make(pool, 32, sizeof(const char *));
    return parts;
}

apr_pool_t *authjs_parts_pool(const authjs_parts_t *parts)
{
    return parts->list->pool;
}

/* With the length, so that no value can read like further parts. */
void authjs_parts_add(authjs_parts_t *parts, const char *name, const char *value)
{
    if (value) {
        APR_ARRAY_PUSH(parts->list, const char *) =
            apr_psprintf(parts->list->pool, "%s %" APR_SIZE_T_FMT ":%s\n", name,
                         strlen(value), value);
    }
}

void authjs_parts_add_host(authjs_parts_t *parts, const server_rec *s)
{
    authjs_parts_add(parts, "host",
                     apr_psprintf(parts->list->pool, "%s:%u",
                                  s->server_hostname ? s->server_hostname : "",
                                  s->addrs ? s->addrs->host_port : s->port));
}

const char *authjs_parts_text(const authjs_parts_t *parts)
{
    return apr_array_pstrcat(parts->list->pool, parts->list, '\0');
}

const char *authjs_parts_hash(apr_pool_t *pool, const char *text, apr_size_t bytes)
{
    unsigned char digest[32];

    return authjs_sha256(digest, text, strlen(text))
               ? authjs_base64url(pool, digest, bytes)
               : NULL;
}

/* Whether an expression could ask which host it is in: of a variable that is not ours and
 * of a function that reads the request, that is taken for granted. */
static int asks_host(const char *text)
{
    static const char *const functions[] = {"http", "req", "env", "note"};
    static const char ours[] = "%{AUTHJS:";
    apr_size_t i;
    const char *c;

    for (c = text; (c = strstr(c, "%{")); c++) {
        if (strncmp(c, ours, sizeof(ours) - 1)) {
            return 1;
        }
    }
    for (i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (ap_strcasestr(text, functions[i])) {
            return 1;
        }
    }
    return 0;
}

int authjs_runner_may_differ(const char *runner)
{
    if (!strncmp(runner, "expr=", 5)) {
        return asks_host(runner + 5);
    }
    return strncmp(runner, "lua:", 4) && strncmp(runner, "http:", 5) &&
           strncmp(runner, "https:", 6);
}
