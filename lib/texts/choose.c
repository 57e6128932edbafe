/* Which language a visitor reads. */
#include "texts/texts.h"

#include "web/url.h"

#include <string.h>

/* A language range of Accept-Language. */
typedef struct {
    const char *text;
    apr_size_t len;
    int weight; /* thousandths */
} range_t;

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* 1 with up to three zeros behind the point, or 0 with up to three digits there, in
 * thousandths; -1: neither. */
static int read_weight(const char **at)
{
    int weight, unit = 100;

    if (**at != '0' && **at != '1') {
        return -1;
    }
    weight = (*(*at)++ - '0') * 1000;
    if (**at == '.') {
        for ((*at)++; unit && **at >= '0' && **at <= '9'; (*at)++, unit /= 10) {
            weight += (**at - '0') * unit;
        }
    }
    return weight <= 1000 ? weight : -1;
}

/* Behind a range: nothing, or ";q=" and a weight. */
static int read_parameter(const char **at)
{
    *at = skip_blanks(*at);
    if (**at != ';') {
        return 1000;
    }
    *at = skip_blanks(*at + 1);
    if ((**at != 'q' && **at != 'Q') || (*at)[1] != '=') {
        return -1;
    }
    *at += 2;
    return read_weight(at);
}

static apr_size_t range_length(const char *at)
{
    apr_size_t len = 0;

    while (authjs_is_alnum(at[len]) || at[len] == '-') {
        len++;
    }
    return len;
}

/* The ranges of a header that are wanted at all. "*" says nothing that is not done
 * anyway. */
static int read_ranges(range_t ranges[AUTHJS_RANGES_MAX], const char *accept)
{
    int count = 0, seen;

    for (seen = 0; *accept && seen < AUTHJS_RANGES_MAX; seen++) {
        const char *at = skip_blanks(accept);
        range_t range = {at, range_length(at), 0};

        at += range.len;
        range.weight = range.len ? read_parameter(&at) : -1;
        at = skip_blanks(at);
        if (range.weight > 0 && (!*at || *at == ',')) {
            ranges[count++] = range;
        }
        accept = at + strcspn(at, ",");
        accept += *accept == ',';
    }
    return count;
}

/* RFC 4647, 3.4: shorter and shorter, and never ending in a part of one character. */
static const authjs_language_t *look_up(const apr_array_header_t *languages,
                                        const range_t *range)
{
    const authjs_language_t *found = NULL;
    apr_size_t len = range->len;

    /* No tag is longer. */
    if (len > 35) {
        return NULL;
    }
    while (len && !(found = authjs_language_find(languages, range->text, len))) {
        while (len && range->text[--len] != '-') {
        }
        if (len > 2 && range->text[len - 2] == '-') {
            len -= 2;
        }
    }
    return found;
}

const authjs_language_t *authjs_language_choose(const apr_array_header_t *languages,
                                                const char *accept)
{
    const authjs_language_t *found = NULL;
    range_t ranges[AUTHJS_RANGES_MAX];
    int count = accept ? read_ranges(ranges, accept) : 0, i;

    while (!found) {
        range_t *best = NULL;

        for (i = 0; i < count; i++) {
            if (ranges[i].weight && (!best || ranges[i].weight > best->weight)) {
                best = &ranges[i];
            }
        }
        if (!best) {
            return &APR_ARRAY_IDX(languages, 0, authjs_language_t);
        }
        found = look_up(languages, best);
        best->weight = 0;
    }
    return found;
}
