#include "settings/settings.h"

#include "web/url.h"

#include "apr_cstr.h"

const char *authjs_number_parse(apr_int64_t *number, apr_pool_t *pool, const char *text,
                                apr_int64_t min, apr_int64_t max)
{
    apr_int64_t value = 0;
    const char *at = text;

    for (; apr_isdigit(*at) && value <= max; at++) {
        value = value * 10 + (*at - '0');
    }
    if (at == text || *at || value < min || value > max) {
        return apr_psprintf(pool,
                            "must be a whole number from %" APR_INT64_T_FMT
                            " to %" APR_INT64_T_FMT,
                            min, max);
    }
    *number = value;
    return NULL;
}

const char *authjs_boolean_parse(int *flag, const char *text)
{
    static const char *const on[] = {"on", "true", "1", "yes", NULL};
    static const char *const off[] = {"off", "false", "0", "no", NULL};

    if (!authjs_word(on, text) && !authjs_word(off, text)) {
        return "must be On or Off";
    }
    *flag = authjs_word(on, text) != NULL;
    return NULL;
}

const char *authjs_proxies_parse(int *proxies, const char *text)
{
    if (*text >= '2' && *text <= '9' && !text[1]) {
        *proxies = *text - '0';
        return NULL;
    }
    return authjs_boolean_parse(proxies, text)
               ? "must be On or Off, or how many proxies there are, 9 at most"
               : NULL;
}

const char *authjs_base_path_check(const char *path)
{
    const char *at;

    if (*path != '/' || !path[1]) {
        return "must begin with '/' and name something, such as /auth";
    }
    for (at = path; *at; at++) {
        if (!authjs_is_alnum(*at) && !ap_strchr_c("/_.-", *at)) {
            return "may only have letters, digits, '/', '_', '.' and '-'";
        }
        if (*at != '/') {
            continue;
        }
        if (!at[1]) {
            return "must not end with '/'";
        }
        if (at[1] == '/' || at[1] == '.') {
            return "must have no empty segment and none that begins with a dot";
        }
    }
    return NULL;
}

/* No browser or no httpd leaves such a segment in a path. */
static int is_relative(const char *segment)
{
    apr_size_t len = strcspn(segment, "/");

    return (!len && *segment) || (len == 1 && *segment == '.') ||
           (len == 2 && !strncmp(segment, "..", 2));
}

const char *authjs_page_path_check(const char *path)
{
    if (*path != '/' || path[1] == '/') {
        return "must be a path on this site that begins with one '/'";
    }
    for (; *path; path++) {
        if (!authjs_is_alnum(*path) && !ap_strchr_c("/_.~!$&'()*+,;=:@%-", *path)) {
            return "must have no query, no fragment and no characters that a URL "
                   "would have to encode";
        }
        if (*path == '/' && is_relative(path + 1)) {
            return "must have no empty segment and none that is . or ..";
        }
    }
    return NULL;
}

const char *authjs_pair_split(apr_pool_t *pool, const char *word, const char **key,
                              const char **value)
{
    const char *equals = ap_strchr_c(word, '=');

    if (!equals || equals == word) {
        return "takes words of the form key=value";
    }
    *key = apr_pstrmemdup(pool, word, equals - word);
    *value = apr_pstrdup(pool, equals + 1);
    return NULL;
}

const char *authjs_word(const char *const *words, const char *text)
{
    for (; *words; words++) {
        if (!apr_cstr_casecmp(*words, text)) {
            return *words;
        }
    }
    return NULL;
}

const char *authjs_words_text(apr_pool_t *pool, const char *const *words)
{
    const char *text = *words;

    while (*++words) {
        text = apr_pstrcat(pool, text, ", ", *words, NULL);
    }
    return text;
}

/* ---- durations ------------------------------------------------------------------- */

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
