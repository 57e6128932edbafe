#include "web/cookie.h"
#include "web/url.h"
#include "core/core.h"

#include <apr_strings.h>
#include <string.h>

/* "; Name=value", or nothing. */
static const char *attribute(apr_pool_t *pool, const char *name, const char *value)
{
    return value ? apr_pstrcat(pool, "; ", name, "=", value, NULL) : "";
}

static const char *format(apr_pool_t *pool, const authjs_cookie_def_t *def,
                          const char *name, const char *value, const char *max_age,
                          const char *expires)
{
    return apr_pstrcat(
        pool, name ? name : def->name, "=", authjs_url_encode_component(pool, value),
        attribute(pool, "Max-Age", max_age), attribute(pool, "Domain", def->domain),
        attribute(pool, "Path", def->path), attribute(pool, "Expires", expires),
        def->http_only ? "; HttpOnly" : "", def->secure ? "; Secure" : "",
        def->partitioned ? "; Partitioned" : "",
        attribute(pool, "Priority", def->priority),
        attribute(pool, "SameSite", def->same_site), NULL);
}

const char *authjs_cookie_format(apr_pool_t *pool, const authjs_cookie_def_t *def,
                                 const char *name, const char *value, apr_int64_t expires)
{
    return format(pool, def, name, value,
                  def->max_age_set ? apr_psprintf(pool, "%" APR_INT64_T_FMT, def->max_age)
                                   : NULL,
                  expires && !def->until_closed ? authjs_http_date(pool, expires) : NULL);
}

const char *authjs_cookie_format_delete(apr_pool_t *pool, const authjs_cookie_def_t *def,
                                        const char *name)
{
    return format(pool, def, name, "", "0", NULL);
}

apr_array_header_t *authjs_cookie_write_chunks(apr_pool_t *pool,
                                               const authjs_cookie_def_t *def,
                                               const char *header, const char *value,
                                               apr_int64_t expires)
{
    apr_array_header_t *names =
        authjs_cookie_chunk_names(pool, header, def->name, def->name_len);
    apr_array_header_t *written = apr_array_make(pool, names->nelts + 1, sizeof(char *));
    apr_size_t len = value ? strlen(value) : 0;
    apr_size_t count = (len + AUTHJS_COOKIE_CHUNK - 1) / AUTHJS_COOKIE_CHUNK;
    apr_size_t i;
    int stale;

    for (stale = 0; stale < names->nelts; stale++) {
        APR_ARRAY_PUSH(written, const char *) =
            authjs_cookie_format_delete(pool, def,
                                        APR_ARRAY_IDX(names, stale, const char *));
    }
    if (count > AUTHJS_COOKIE_MAX_CHUNKS) {
        return written;
    }
    for (i = 0; i < count; i++) {
        const char *name =
            count == 1 ? def->name : apr_psprintf(pool, "%s.%d", def->name, (int)i);
        const char *chunk =
            apr_pstrndup(pool, value + i * AUTHJS_COOKIE_CHUNK, AUTHJS_COOKIE_CHUNK);
        const char *line = authjs_cookie_format(pool, def, name, chunk, expires);
        int place = authjs_cookie_index(names, name);

        if (place >= 0) {
            APR_ARRAY_IDX(written, place, const char *) = line;
        }
        else {
            APR_ARRAY_PUSH(written, const char *) = line;
        }
    }
    return written;
}

int authjs_cookie_name_valid(const char *name)
{
    if (!name || !*name) {
        return 0;
    }
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;

        if (c <= ' ' || c >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", c)) {
            return 0;
        }
    }
    return 1;
}

int authjs_cookie_attribute_valid(const char *value)
{
    if (!value || !*value) {
        return 0;
    }
    for (; *value; value++) {
        unsigned char c = (unsigned char)*value;

        if (c < ' ' || c >= 0x7f || c == ';') {
            return 0;
        }
    }
    return 1;
}
