#include "core/jsonscan.h"

static int is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* The exponent behind a number's digits; far beyond any int64 all are alike. */
static long exponent(const char *p, const char *end)
{
    long value = 0;
    int negative;

    if (p == end) {
        return 0;
    }
    p++;
    negative = p < end && *p == '-';
    for (; p < end; p++) {
        if (is_digit(*p) && value < 100000) {
            value = value * 10 + (*p - '0');
        }
    }
    return negative ? -value : value;
}

/* Digits alone, few enough for an int64: nearly every number there is. */
static int simple_whole(const char *text, apr_size_t len, apr_int64_t *whole)
{
    apr_int64_t value = 0;
    apr_size_t i;

    if (len == 0 || len > 18) {
        return 0;
    }
    for (i = 0; i < len; i++) {
        if (!is_digit(text[i])) {
            return 0;
        }
        value = value * 10 + (text[i] - '0');
    }
    *whole = value;
    return 1;
}

int authjs_json_whole(const char *text, apr_size_t len, apr_int64_t *whole, int *fraction)
{
    const char *p = text, *end = text + len, *mark;
    int negative = len > 0 && *text == '-', cut = 0, over = 0;
    apr_uint64_t value = 0, limit = (apr_uint64_t)APR_INT64_MAX + (unsigned)negative;
    unsigned digit;
    long point;

    if (fraction) {
        *fraction = 0;
    }
    if (simple_whole(text, len, whole)) {
        return 1;
    }
    *whole = 0;
    p += negative;
    for (mark = p; mark < end && is_digit(*mark); mark++) {
    }
    if (mark == p) {
        return 0;
    }
    point = mark - p; /* how many of the digits to come are left of the point */
    for (; mark < end && (is_digit(*mark) || *mark == '.'); mark++) {
    }
    point += exponent(mark, end);
    for (; p < mark || (point > 0 && value && !over); p++) {
        if (p < mark && *p == '.') {
            continue;
        }
        digit = p < mark ? (unsigned)(*p - '0') : 0;
        if (point-- <= 0) {
            cut |= digit != 0;
        }
        else if (value > (limit - digit) / 10) {
            over = 1;
        }
        else {
            value = value * 10 + digit;
        }
    }
    if (fraction) {
        *fraction = cut;
    }
    if (over) {
        value = limit;
    }
    /* minus of 2^63 has no positive twin to be made from */
    *whole = negative ? -(apr_int64_t)(value / 2) - (apr_int64_t)(value - value / 2)
                      : (apr_int64_t)value;
    return !over;
}
