/* dotenv's lines. The format has no grammar but a regular expression of JavaScript's
 * (dotenv 16, LINE in lib/main.js): what that takes for a value, and where, is taken
 * here, oddities included, since one file has to mean one thing. */
#include "core/dotenv.h"

#include "core/core.h"

#include <apr_strings.h>

#include <string.h>

/* ---- JavaScript's characters ------------------------------------------------------- */

static int is_among(const char *at, const char *first_two, unsigned char low,
                    unsigned char high)
{
    return at[0] == first_two[0] && at[1] == first_two[1] &&
           (unsigned char)at[2] >= low && (unsigned char)at[2] <= high;
}

/* How many bytes the end of a line has that is at a NUL-terminated text, or 0. */
static apr_size_t terminator(const char *at)
{
    return *at == '\n' ? 1 : is_among(at, "\xe2\x80", 0xa8, 0xa9) ? 3 : 0;
}

static int is_line_end(const char *at)
{
    return !*at || terminator(at);
}

/* The same of \s, which has U+FEFF as well. */
static apr_size_t space(const char *at)
{
    if (*at == ' ' || (*at >= '\t' && *at <= '\r')) {
        return 1;
    }
    if (at[0] == '\xc2' && at[1] == '\xa0') {
        return 2;
    }
    return terminator(at) || is_among(at, "\xe2\x80", 0x80, 0x8a) ||
                   is_among(at, "\xe2\x80", 0xaf, 0xaf) ||
                   is_among(at, "\xe2\x81", 0x9f, 0x9f) ||
                   is_among(at, "\xe1\x9a", 0x80, 0x80) ||
                   is_among(at, "\xe3\x80", 0x80, 0x80) ||
                   is_among(at, "\xef\xbb", 0xbf, 0xbf)
               ? 3
               : 0;
}

static const char *skip_space(const char *at)
{
    while (space(at)) {
        at += space(at);
    }
    return at;
}

static const char *trim(apr_pool_t *pool, const char *begin, const char *end)
{
    const char *at, *last;

    while (begin < end && space(begin)) {
        begin += space(begin);
    }
    for (at = last = begin; at < end;) {
        apr_size_t len = space(at);

        at += len ? len : 1;
        if (!len) {
            last = at;
        }
    }
    return apr_pstrmemdup(pool, begin, last - begin);
}

/* ---- one line ---------------------------------------------------------------------- */

/* An assignment: NULL in name where there is none. */
typedef struct {
    const char *name, *name_end;
    const char *value, *value_end;
    const char *end; /* where the search goes on */
} assignment_t;

/* What may follow a value: white space and a comment up to the end of a line. The end of
 * it, or NULL. */
static const char *tail(const char *at)
{
    const char *line_end = NULL;

    for (; space(at); at += space(at)) {
        if (terminator(at)) {
            line_end = at;
        }
    }
    if (*at == '#') {
        while (!is_line_end(at)) {
            at++;
        }
    }
    return is_line_end(at) ? at : line_end;
}

/* A quote with a backslash in front closes only where otherwise nothing would. */
static int read_quoted(assignment_t *found)
{
    const char *open = skip_space(found->value), *at;

    if (!*open || !strchr("'\"`", *open)) {
        return 0;
    }
    for (at = open + 1; *at && (*at != *open || (at[-1] == '\\' && at - 1 > open));) {
        at++;
    }
    for (; at > open; at--) {
        if (*at == *open && (found->end = tail(at + 1))) {
            found->value_end = at + 1;
            return 1;
        }
    }
    return 0;
}

static void read_value(assignment_t *found)
{
    if (read_quoted(found)) {
        return;
    }
    found->value_end = found->value + strcspn(found->value, "#\n");
    found->end = tail(found->value_end);
}

static int read_assignment(assignment_t *found, const char *at)
{
    const char *after;

    found->name = at;
    at += strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    found->name_end = at;
    after = skip_space(at);
    if (at == found->name || (*after != '=' && (*at != ':' || !space(at + 1)))) {
        return 0;
    }
    found->value = *after == '=' ? after + 1 : at + 1 + space(at + 1);
    read_value(found);
    return 1;
}

/* "export" is a name where nothing that could be one follows. */
static int read_line(assignment_t *found, const char *at)
{
    return (!strncmp(at, "export", 6) && space(at + 6) &&
            read_assignment(found, skip_space(at + 6))) ||
           read_assignment(found, at);
}

/* ---- its value --------------------------------------------------------------------- */

static int quote_kind(char c)
{
    return c == '\'' ? 0 : c == '"' ? 1 : c == '`' ? 2 : -1;
}

/* Quotes around the whole, or around what begins a line in it and ends one. */
static void strip_quotes(char *text)
{
    const char *last[3] = {NULL, NULL, NULL}, *at;
    char *out = text;
    int begins = 1, kind;

    for (at = text; *at; at++) {
        kind = quote_kind(*at);
        if (kind >= 0 && is_line_end(at + 1)) {
            last[kind] = at;
        }
    }
    for (at = text; *at;) {
        kind = begins ? quote_kind(*at) : -1;
        begins = terminator(at) != 0;
        if (kind >= 0 && last[kind] > at) {
            memmove(out, at + 1, last[kind] - at - 1);
            out += last[kind] - at - 1;
            at = last[kind] + 1;
            continue;
        }
        kind = begins ? (int)terminator(at) : 1;
        memmove(out, at, kind);
        out += kind;
        at += kind;
    }
    *out = '\0';
}

static void read_escapes(char *text)
{
    char *out = text;

    for (; *text; text++, out++) {
        *out = *text;
        if (*text == '\\' && (text[1] == 'n' || text[1] == 'r')) {
            *out = *++text == 'n' ? '\n' : '\r';
        }
    }
    *out = '\0';
}

static void add(authjs_dotenv_t *dotenv, apr_pool_t *pool, const assignment_t *found,
                int line)
{
    const char *name = apr_pstrmemdup(pool, found->name, found->name_end - found->name);
    authjs_variable_t *variable =
        apr_hash_get(dotenv->by_name, name, APR_HASH_KEY_STRING);
    char *value = apr_pstrdup(pool, trim(pool, found->value, found->value_end));
    char quote = quote_kind(*value) < 0 ? '\0' : *value;

    strip_quotes(value);
    if (quote && *value == quote && !dotenv->odd_quote) {
        dotenv->odd_quote = line;
    }
    if (quote == '"') {
        read_escapes(value);
    }
    if (!variable) {
        variable = apr_pcalloc(pool, sizeof(*variable));
        variable->name = name;
        apr_hash_set(dotenv->by_name, name, APR_HASH_KEY_STRING, variable);
        APR_ARRAY_PUSH(dotenv->variables, authjs_variable_t *) = variable;
    }
    variable->value = value;
    variable->line = line;
}

/* ---- the file ---------------------------------------------------------------------- */

/* One kind of line end. */
static char *with_line_feeds(apr_pool_t *pool, const char *text, apr_size_t len)
{
    char *copy = apr_pstrmemdup(pool, text, len), *out = copy;
    const char *at;

    for (at = copy; *at; at++) {
        if (*at == '\r' && at[1] == '\n') {
            at++;
        }
        *out++ = *at == '\r' ? '\n' : *at;
    }
    *out = '\0';
    return copy;
}

static int line_of(const char *text, const char *at)
{
    int line = 1;

    for (; text < at; text++) {
        line += *text == '\n';
    }
    return line;
}

static const char *check_bytes(apr_pool_t *pool, const char *text, apr_size_t len)
{
    apr_size_t i, sequence;

    for (i = 0; i < len; i += sequence) {
        sequence = authjs_utf8_sequence(text + i, len - i);
        if (!sequence || !text[i]) {
            return apr_psprintf(pool, "line %d: %s", line_of(text, text + i),
                                sequence ? "there is a NUL byte in it"
                                         : "it is not UTF-8");
        }
    }
    return NULL;
}

static const char *next_line(const char *at)
{
    while (!is_line_end(at)) {
        at++;
    }
    return at + terminator(at);
}

const char *authjs_dotenv_read(authjs_dotenv_t **made, apr_pool_t *pool, const char *text,
                               apr_size_t len)
{
    authjs_dotenv_t *dotenv = apr_pcalloc(pool, sizeof(*dotenv));
    const char *why = len > AUTHJS_DOTENV_MAX ? "it is longer than 64 KiB"
                                              : check_bytes(pool, text, len);
    const char *at, *counted;
    assignment_t found;
    int line = 1;

    if (why) {
        return why;
    }
    dotenv->variables = apr_array_make(pool, 16, sizeof(authjs_variable_t *));
    dotenv->by_name = apr_hash_make(pool);
    counted = with_line_feeds(pool, text, len);
    /* No line begins where only white space was: what follows that has been tried. */
    for (at = skip_space(counted); *at; at = skip_space(at)) {
        line += line_of(counted, at) - 1;
        counted = at;
        if (read_line(&found, at)) {
            add(dotenv, pool, &found, line);
            at = found.end + terminator(found.end);
            continue;
        }
        if (*at != '#' && !dotenv->passed_over) {
            dotenv->passed_over = line;
        }
        at = next_line(at);
    }
    *made = dotenv;
    return NULL;
}
