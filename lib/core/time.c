#include "core/core.h"

#include <apr_strings.h>
#include <apr_time.h>

/* 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits of a year can say. */
#define FIRST_SECOND APR_INT64_C(-62167219200)
#define LAST_SECOND  APR_INT64_C(253402300799)

static apr_time_t clamp(apr_int64_t seconds)
{
    if (seconds < FIRST_SECOND) {
        seconds = FIRST_SECOND;
    }
    else if (seconds > LAST_SECOND) {
        seconds = LAST_SECOND;
    }
    return apr_time_from_sec(seconds);
}

void authjs_iso8601(char *out, apr_int64_t seconds)
{
    apr_time_exp_t t;

    apr_time_exp_gmt(&t, clamp(seconds));
    apr_snprintf(out, AUTHJS_ISO8601_LEN + 1, "%04d-%02d-%02dT%02d:%02d:%02d.000Z",
                 t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min,
                 t.tm_sec);
}

const char *authjs_http_date(apr_pool_t *pool, apr_int64_t seconds)
{
    char *out = apr_palloc(pool, APR_RFC822_DATE_LEN);

    apr_rfc822_date(out, clamp(seconds));
    return out;
}
