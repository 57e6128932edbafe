#include "config/internal.h"

/* Ten years: longer than anything that expires here should live. */
#define DURATION_MAX_MS ((apr_int64_t)10 * 365 * 24 * 3600 * 1000)

static const struct {
    const char *name;
    apr_int64_t ms;
} units[] = {{"", 1000},      {"ms", 1},        {"s", 1000},
             {"m", 60000},    {"min", 60000},   {"h", 3600000},
             {"d", 86400000}, {"w", 604800000}, {NULL, 0}};

const char *authjs_duration_parse_ms(apr_int64_t *ms, const char *text)
{
    static const char why[] = "a duration is digits and a unit: 90s, 15m, 12h, 30d, 2w";
    apr_int64_t number = 0;
    const char *at = text;
    int i;

    for (; apr_isdigit(*at); at++) {
        number = number * 10 + (*at - '0');
        if (number > DURATION_MAX_MS) {
            return "the duration is longer than ten years";
        }
    }
    for (i = 0; units[i].name && strcmp(units[i].name, at); i++) {
    }
    if (at == text || !units[i].name) {
        return why;
    }
    if (number > DURATION_MAX_MS / units[i].ms) {
        return "the duration is longer than ten years";
    }
    *ms = number * units[i].ms;
    return NULL;
}

const char *authjs_duration_parse(apr_int64_t *seconds, const char *text)
{
    apr_int64_t ms;
    const char *why = authjs_duration_parse_ms(&ms, text);

    if (!why && ms % 1000) {
        why = "the duration is not a whole number of seconds";
    }
    if (!why) {
        *seconds = ms / 1000;
    }
    return why;
}
