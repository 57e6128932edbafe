#include "web/cookie.h"
#include "web/url.h"
#include "core/core.h"

#include <apr_strings.h>
#include <string.h>

/* One name=value of the header, trimmed; points into it. */
typedef struct {
    const char *name, *value; /* value NULL: no '=' */
    apr_size_t name_len, value_len;
} pair_t;

/* What a cookie's name is, compared with <name>. */
enum { OTHER = -2, PLAIN = -1 /* else the number of the chunk */ };

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static const char *trim(const char *text, const char *end, apr_size_t *len)
{
    while (text < end && is_blank(*text)) {
        text++;
    }
    while (end > text && is_blank(end[-1])) {
        end--;
    }
    *len = end - text;
    return text;
}

/* The next piece between semicolons. 0 at the end. */
static int next_piece(const char **cursor, const char *end, const char **piece,
                      const char **stop)
{
    if (*cursor >= end) {
        return 0;
    }
    *piece = *cursor;
    *stop = memchr(*piece, ';', end - *piece);
    if (!*stop) {
        *stop = end;
    }
    *cursor = *stop + 1;
    return 1;
}

static void split(pair_t *pair, const char *piece, const char *stop)
{
    const char *equals = memchr(piece, '=', stop - piece);

    pair->name = trim(piece, equals ? equals : stop, &pair->name_len);
    pair->value = equals ? trim(equals + 1, stop, &pair->value_len) : NULL;
}

/* The next cookie whose name begins with name: cheap for all that do not. 0 at the end.
 */
static int next_with_prefix(const char **cursor, const char *end, const char *name,
                            apr_size_t name_len, pair_t *pair)
{
    const char *piece, *stop;

    while (next_piece(cursor, end, &piece, &stop)) {
        while (piece < stop && is_blank(*piece)) {
            piece++;
        }
        if ((apr_size_t)(stop - piece) <= name_len ||
            memcmp(piece, name, name_len) != 0) {
            continue;
        }
        split(pair, piece, stop);
        if (pair->value && pair->name_len >= name_len) {
            return 1;
        }
    }
    return 0;
}

static const char *value_of(apr_pool_t *pool, const pair_t *pair)
{
    const char *value = pair->value;
    const char *decoded = NULL;

    if (memchr(value, '%', pair->value_len)) {
        decoded = authjs_url_decode(pool, value, pair->value_len);
    }
    if (decoded && authjs_utf8_valid(decoded, strlen(decoded))) {
        return decoded;
    }
    return value[pair->value_len] ? apr_pstrmemdup(pool, value, pair->value_len) : value;
}

const char *authjs_cookie_get(apr_pool_t *pool, const char *header, const char *name,
                              apr_size_t name_len)
{
    const char *end;
    pair_t pair;

    if (!header) {
        return NULL;
    }
    end = header + strlen(header);
    while (next_with_prefix(&header, end, name, name_len, &pair)) {
        if (pair.name_len == name_len) {
            return value_of(pool, &pair);
        }
    }
    return NULL;
}

/* Digits behind the dot, of a name that is known to begin with name_len bytes of ours. */
static int has_digits(const char *name, apr_size_t len, apr_size_t name_len)
{
    apr_size_t i;

    if (len < name_len + 2 || len > name_len + 10 || name[name_len] != '.') {
        return 0;
    }
    for (i = name_len + 1; i < len; i++) {
        if (name[i] < '0' || name[i] > '9') {
            return 0;
        }
    }
    return 1;
}

static int chunk_number(const pair_t *pair, apr_size_t name_len)
{
    const char *digits = pair->name + name_len + 1;
    int two;

    if (pair->name_len == name_len) {
        return PLAIN;
    }
    if (!has_digits(pair->name, pair->name_len, name_len)) {
        return OTHER;
    }
    two = pair->name_len == name_len + 3;
    if ((!two && pair->name_len != name_len + 2) || (two && digits[0] == '0')) {
        return OTHER;
    }
    return two ? (digits[0] - '0') * 10 + digits[1] - '0' : digits[0] - '0';
}

/* Numbers 0 to highest, all present, put together. */
static const char *join(apr_pool_t *pool, const pair_t *chunks, int count)
{
    apr_array_header_t *values = apr_array_make(pool, count, sizeof(const char *));
    int i;

    for (i = 0; i < count; i++) {
        if (!chunks[i].name || chunks[i].value_len == 0) {
            return NULL;
        }
        APR_ARRAY_PUSH(values, const char *) = value_of(pool, &chunks[i]);
    }
    return apr_array_pstrcat(pool, values, 0);
}

const char *authjs_cookie_chunks(apr_pool_t *pool, const char *header, const char *name,
                                 apr_size_t name_len)
{
    pair_t chunks[AUTHJS_COOKIE_MAX_CHUNKS];
    pair_t plain = {NULL, NULL, 0, 0};
    const char *end;
    pair_t pair;
    int highest = -1; /* of the numbered ones that have a value */
    int clean = 0;    /* the table is wiped only for those who have chunks */

    if (!header) {
        return NULL;
    }
    end = header + strlen(header);
    while (next_with_prefix(&header, end, name, name_len, &pair)) {
        int number = chunk_number(&pair, name_len);

        if (number == PLAIN && !plain.name) {
            plain = pair;
        }
        if (number < 0) {
            continue;
        }
        if (!clean) {
            memset(chunks, 0, sizeof(chunks));
            clean = 1;
        }
        if (!chunks[number].name) {
            chunks[number] = pair;
            highest = pair.value_len > 0 && number > highest ? number : highest;
        }
    }
    if (highest < 0) {
        return plain.value_len > 0 ? value_of(pool, &plain) : NULL;
    }
    return plain.value_len > 0 ? NULL : join(pool, chunks, highest + 1);
}

/* ---- several of one name --------------------------------------------------------- */

static int is_same_value(const pair_t *a, const pair_t *b)
{
    return a->value_len == b->value_len && !memcmp(a->value, b->value, a->value_len);
}

/* Among the pairs of one name, AUTHJS_COOKIE_TRIES at most: the first place that is free,
 * or -1 when the value stands there already, or there is no room. */
static int place_for(const pair_t *pairs, apr_size_t stride, const pair_t *pair)
{
    int i;

    for (i = 0; i < AUTHJS_COOKIE_TRIES; i++) {
        if (!pairs[i * stride].name) {
            return i;
        }
        if (is_same_value(&pairs[i * stride], pair)) {
            return -1;
        }
    }
    return -1;
}

/* Keep the pairs of one name; number PLAIN: of the name itself. pairs has a row of
 * stride for each try. */
static void collect(pair_t *pairs, apr_size_t stride, int plain, const char *header,
                    const char *name, apr_size_t name_len)
{
    const char *end = header + strlen(header);
    pair_t pair;

    while (next_with_prefix(&header, end, name, name_len, &pair)) {
        int number = chunk_number(&pair, name_len), place;

        if (!pair.value_len || number == OTHER || plain != (number == PLAIN)) {
            continue;
        }
        number = plain ? 0 : number;
        place = place_for(&pairs[number], stride, &pair);
        if (place >= 0) {
            pairs[place * stride + number] = pair;
        }
    }
}

apr_array_header_t *authjs_cookie_values(apr_pool_t *pool, const char *header,
                                         const char *name, apr_size_t name_len)
{
    apr_array_header_t *values = apr_array_make(pool, 1, sizeof(const char *));
    pair_t pairs[AUTHJS_COOKIE_TRIES] = {{NULL, NULL, 0, 0}};
    int i;

    if (header) {
        collect(pairs, 1, 1, header, name, name_len);
    }
    for (i = 0; i < AUTHJS_COOKIE_TRIES && pairs[i].name; i++) {
        APR_ARRAY_PUSH(values, const char *) = value_of(pool, &pairs[i]);
    }
    return values;
}

/* How many chunks there are of a number. */
static int rows_of(const pair_t *chunks, int number)
{
    int rows = 0;

    while (rows < AUTHJS_COOKIE_TRIES &&
           chunks[rows * AUTHJS_COOKIE_MAX_CHUNKS + number].name) {
        rows++;
    }
    return rows;
}

/* The chunks of one site: the i-th of each number, where sites with more chunks come
 * first, or as counted from the last one, where they come behind. @return how many. */
static int pick(pair_t *set, const pair_t *chunks, int i, int from_last)
{
    int first = rows_of(chunks, 0), count;

    for (count = 0; count < AUTHJS_COOKIE_MAX_CHUNKS; count++) {
        int rows = rows_of(chunks, count);
        int row = from_last ? i - (first - rows) : i;

        if (row < 0 || row >= rows) {
            break;
        }
        set[count] = chunks[row * AUTHJS_COOKIE_MAX_CHUNKS + count];
    }
    return count;
}

/* The sets that chunks of several sites make. One ends where there are fewer chunks of
 * the next number. */
static void add_sets(apr_array_header_t *values, apr_pool_t *pool, const pair_t *chunks)
{
    int limit = values->nelts + AUTHJS_COOKIE_TRIES, rows = rows_of(chunks, 0), i, count;
    pair_t set[AUTHJS_COOKIE_MAX_CHUNKS];

    for (i = 0; i < rows; i++) {
        int whole = pick(set, chunks, i, 0);

        for (count = whole; count > 0 && values->nelts < limit; count--) {
            if (count == whole || rows_of(chunks, count - 1) > rows_of(chunks, count)) {
                APR_ARRAY_PUSH(values, const char *) = join(pool, set, count);
            }
        }
        count = pick(set, chunks, i, 1);
        if (count > whole && values->nelts < limit) {
            APR_ARRAY_PUSH(values, const char *) = join(pool, set, count);
        }
    }
}

static int has_chunks(const char *header, const char *name, apr_size_t name_len)
{
    const char *end = header + strlen(header);
    pair_t pair;

    while (next_with_prefix(&header, end, name, name_len, &pair)) {
        if (chunk_number(&pair, name_len) >= 0) {
            return 1;
        }
    }
    return 0;
}

/* In front of the others, of which the last one goes where there is no room. */
static void put_first(apr_array_header_t *values, const char *first)
{
    const char **all;
    int i = 0;

    while (i < values->nelts && strcmp(APR_ARRAY_IDX(values, i, const char *), first)) {
        i++;
    }
    if (i == values->nelts && i < 2 * AUTHJS_COOKIE_TRIES) {
        apr_array_push(values);
    }
    else if (i == values->nelts) {
        i--;
    }
    all = (const char **)values->elts;
    memmove(all + 1, all, sizeof(*all) * (apr_size_t)i);
    all[0] = first;
}

/* What authjs_cookie_chunks() reads comes first: a page and an endpoint must not take two
 * sessions of one header for the visitor's. */
apr_array_header_t *authjs_cookie_sessions(apr_pool_t *pool, const char *header,
                                           const char *name, apr_size_t name_len)
{
    apr_array_header_t *values = authjs_cookie_values(pool, header, name, name_len);
    const char *first = authjs_cookie_chunks(pool, header, name, name_len);
    pair_t *chunks;

    if (header && has_chunks(header, name, name_len)) {
        chunks = apr_pcalloc(pool, AUTHJS_COOKIE_TRIES * AUTHJS_COOKIE_MAX_CHUNKS *
                                       sizeof(*chunks));
        collect(chunks, AUTHJS_COOKIE_MAX_CHUNKS, 0, header, name, name_len);
        add_sets(values, pool, chunks);
    }
    if (first) {
        put_first(values, first);
    }
    return values;
}

apr_array_header_t *authjs_cookie_chunk_names(apr_pool_t *pool, const char *header,
                                              const char *name, apr_size_t name_len)
{
    apr_array_header_t *names = apr_array_make(pool, 2, sizeof(const char *));
    const char *end;
    pair_t pair;

    if (!header) {
        return names;
    }
    end = header + strlen(header);
    while (names->nelts < AUTHJS_COOKIE_MAX_CHUNKS &&
           next_with_prefix(&header, end, name, name_len, &pair)) {
        const char *found;

        if (pair.value_len == 0 || (pair.name_len != name_len &&
                                    !has_digits(pair.name, pair.name_len, name_len))) {
            continue;
        }
        found = apr_pstrmemdup(pool, pair.name, pair.name_len);
        if (authjs_cookie_index(names, found) < 0) {
            APR_ARRAY_PUSH(names, const char *) = found;
        }
    }
    return names;
}

int authjs_cookie_index(const apr_array_header_t *names, const char *name)
{
    int i;

    for (i = 0; i < names->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(names, i, const char *), name) == 0) {
            return i;
        }
    }
    return -1;
}

/* Whether a name is ours, or ours plus '.' and digits. What follows name is no digit. */
static int is_ours_or_chunk(const char *name, apr_size_t len, const char *ours,
                            apr_size_t ours_len)
{
    if (len < ours_len || memcmp(name, ours, ours_len) != 0) {
        return 0;
    }
    name += ours_len;
    len -= ours_len;
    return len == 0 ||
           (len > 1 && *name == '.' && strspn(name + 1, "0123456789") == len - 1);
}

int authjs_cookie_is_of(const char *value, const authjs_cookie_def_t *def)
{
    return is_ours_or_chunk(value, strcspn(value, "="), def->name, def->name_len);
}

static int is_ours(const pair_t *pair, const apr_array_header_t *names)
{
    int i;

    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        if (is_ours_or_chunk(pair->name, pair->name_len, name, strlen(name))) {
            return 1;
        }
    }
    return 0;
}

const char *authjs_cookie_strip(apr_pool_t *pool, const char *header,
                                const apr_array_header_t *names)
{
    const char *cursor = header;
    const char *end, *piece, *stop;
    char *kept, *out;
    int stripped = 0;

    if (!header) {
        return NULL;
    }
    end = header + strlen(header);
    /* a piece without a blank before it grows by one byte */
    out = kept = apr_palloc(pool, 2 * (end - header) + 1);
    while (next_piece(&cursor, end, &piece, &stop)) {
        apr_size_t len;
        pair_t pair;

        split(&pair, piece, stop);
        piece = trim(piece, stop, &len);
        if (is_ours(&pair, names)) {
            stripped = 1;
        }
        else if (len > 0) {
            memcpy(out, out > kept ? "; " : "", out > kept ? 2 : 0);
            out += out > kept ? 2 : 0;
            memcpy(out, piece, len);
            out += len;
        }
    }
    *out = '\0';
    if (out == kept) {
        return NULL;
    }
    return stripped ? kept : header;
}
