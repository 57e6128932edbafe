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

/* The number that count digits at text are; -1 when one of them is none. */
static int get_digits(const char *text, int count)
{
    int value = 0, i;

    for (i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = 10 * value + text[i] - '0';
    }
    return value;
}

static int has_shape(const char *text)
{
    static const char shape[] = "0000-00-00T00:00:00.000Z";
    int i;

    for (i = 0; i < AUTHJS_ISO8601_LEN; i++) {
        if (shape[i] == '0' ? get_digits(text + i, 1) < 0 : text[i] != shape[i]) {
            return 0;
        }
    }
    return !text[i];
}

/* put_date the other way round. */
static int day_of(int year, int month, int of_month)
{
    int y = year + 400 - (month < 3);
    int of_year = (153 * (month < 3 ? month + 9 : month - 3) + 2) / 5 + of_month - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 + of_year - DAYS_MARCH_0 - DAYS_400;
}

int authjs_iso8601_read(apr_int64_t *ms, const char *text)
{
    int hour, minute, second, day;
    char date[AUTHJS_ISO8601_LEN + 1];

    if (!has_shape(text)) {
        return 0;
    }
    hour = get_digits(text + 11, 2);
    minute = get_digits(text + 14, 2);
    second = get_digits(text + 17, 2);
    if (hour > 23 || minute > 59 || second > 59) {
        return 0;
    }
    day = day_of(get_digits(text, 4), get_digits(text + 5, 2), get_digits(text + 8, 2));
    *ms = (((apr_int64_t)day * 24 + hour) * 60 + minute) * 60 + second;
    *ms = *ms * 1000 + get_digits(text + 20, 3);
    put_date(date, day);
    return !memcmp(date, text, sizeof("0000-00-00"));
}

const char *authjs_http_date(apr_pool_t *pool, apr_int64_t seconds)
{
    char *out = apr_palloc(pool, APR_RFC822_DATE_LEN);

    apr_rfc822_date(out, apr_time_from_sec(clamp(seconds)));
    return out;
}
