#include "core/core.h"

#include <apr_strings.h>
#include <apr_time.h>

#include <string.h>

/* 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits of a year can say. */
#define FIRST_SECOND APR_INT64_C(-62167219200)
#define LAST_SECOND  APR_INT64_C(253402300799)

#define DAY          86400
#define DAYS_400     146097 /* in 400 years of the Gregorian calendar */
#define DAYS_MARCH_0 719468 /* from 0000-03-01 to 1970-01-01 */

static apr_int64_t clamp(apr_int64_t seconds)
{
    if (seconds < FIRST_SECOND) {
        return FIRST_SECOND;
    }
    return seconds > LAST_SECOND ? LAST_SECOND : seconds;
}

static char *put_digits(char *out, int value, char behind)
{
    *out++ = (char)('0' + value / 10);
    *out++ = (char)('0' + value % 10);
    *out++ = behind;
    return out;
}

/* The date of a day, counted from March so that the leap day is a year's last; 400 years
 * are added for the first months of the year 0. */
static char *put_date(char *out, int day)
{
    int z = day + DAYS_MARCH_0 + DAYS_400;
    int of_era = z % DAYS_400;
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int month = (5 * of_year + 2) / 153;
    int of_month = of_year - (153 * month + 2) / 5 + 1;

    year += (z / DAYS_400 - 1) * 400 + (month >= 10);
    month = month < 10 ? month + 3 : month - 9;
    out = put_digits(out, year / 100, '0') - 1;
    out = put_digits(out, year % 100, '-');
    out = put_digits(out, month, '-');
    return put_digits(out, of_month, 'T');
}

/* By hand: every protected request writes one, and APR takes ten times as long. */
void authjs_iso8601(char *out, apr_int64_t seconds)
{
    apr_int64_t since = clamp(seconds) - FIRST_SECOND;
    int of_day = (int)(since % DAY);

    out = put_date(out, (int)(since / DAY + FIRST_SECOND / DAY));
    out = put_digits(out, of_day / 3600, ':');
    out = put_digits(out, of_day / 60 % 60, ':');
    out = put_digits(out, of_day % 60, '.');
    memcpy(out, "000Z", sizeof("000Z"));
}

const char *authjs_http_date(apr_pool_t *pool, apr_int64_t seconds)
{
    char *out = apr_palloc(pool, APR_RFC822_DATE_LEN);

    apr_rfc822_date(out, apr_time_from_sec(clamp(seconds)));
    return out;
}
