/* How often matching a pattern may look at a byte of the text, at worst.
 *
 * What a repeated item takes is tried in every length when what stands behind it fails:
 * each such item multiplies the work by the length of the text. Not so when a byte that
 * this item does not take must follow it: then there is one length only. */
#include "authjs_lua.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* Longer ones are not looked at. */
#define MAX_PATTERN 8192

/* One item of a pattern: a single character class and what repeats it. */
typedef struct {
    const char *begin; /**< of the class; NULL at the end of the pattern */
    const char *end;   /**< behind it: where a *, +, -, ? would stand */
    char repeat;       /**< that character, or 0 */
} item_t;

/* Where a class ends that begins at p: a character, %x or [set]. */
static const char *class_end(const char *p, const char *end)
{
    if (*p == '%') {
        return p + 1 < end ? p + 2 : end;
    }
    if (*p != '[') {
        return p + 1;
    }
    p++;
    if (p < end && *p == '^') {
        p++;
    }
    do { /* a ] that comes first is one of the set */
        if (p < end && *p == '%') {
            p++;
        }
        p++;
    } while (p < end && *p != ']');
    return p < end ? p + 1 : end;
}

static item_t next_item(const char *p, const char *end)
{
    item_t item = {NULL, end, 0};

    while (p < end && (*p == '(' || *p == ')')) {
        p++;
    }
    if (p < end) {
        item.begin = p;
        item.end = class_end(p, end);
        if (item.end < end && strchr("*+-?", *item.end)) {
            item.repeat = *item.end;
        }
    }
    return item;
}

static int in_letter_class(int c, int letter)
{
    static const struct {
        char letter;
        int (*has)(int c);
    } classes[] = {{'a', isalpha}, {'c', iscntrl}, {'d', isdigit}, {'g', isgraph},
                   {'l', islower}, {'p', ispunct}, {'s', isspace}, {'u', isupper},
                   {'w', isalnum}, {'x', isxdigit}};
    size_t i;

    for (i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
        if (classes[i].letter == tolower(letter)) {
            return isupper(letter) ? !classes[i].has(c) : classes[i].has(c) != 0;
        }
    }
    return letter == c;
}

static int in_set(int c, const char *p, const char *end)
{
    int in = 1;

    end--; /* the ] */
    p++;
    if (p < end && *p == '^') {
        in = 0;
        p++;
    }
    for (; p < end; p++) {
        if (*p == '%' && p + 1 < end) {
            if (in_letter_class(c, (unsigned char)*++p)) {
                return in;
            }
        }
        else if (p + 2 < end && p[1] == '-') {
            if ((unsigned char)*p <= c && c <= (unsigned char)p[2]) {
                return in;
            }
            p += 2;
        }
        else if ((unsigned char)*p == c) {
            return in;
        }
    }
    return !in;
}

static int in_class(int c, const item_t *item)
{
    switch (*item->begin) {
    case '.':
        return 1;
    case '%':
        return in_letter_class(c, (unsigned char)item->end[-1]);
    case '[':
        return in_set(c, item->begin, item->end);
    default:
        return (unsigned char)*item->begin == c;
    }
}

/* %b, %f and %1 are no classes. */
static int is_class(const item_t *item)
{
    return *item->begin != '%' || item->end - item->begin != 2 ||
           !(item->begin[1] == 'b' || item->begin[1] == 'f' || isdigit(item->begin[1]));
}

/* Whether what item takes ends in one place only. */
static int has_one_end(const item_t *item, const item_t *next)
{
    int c;

    if (!next->begin) {
        return 1;
    }
    if ((next->repeat && next->repeat != '+') || !is_class(item) || !is_class(next)) {
        return 0;
    }
    for (c = 0; c < 256; c++) {
        if (in_class(c, item) && in_class(c, next)) {
            return 0;
        }
    }
    return 1;
}

double authjs_lua_pattern_cost(const char *pattern, apr_size_t pattern_len,
                               apr_size_t len, int anchors)
{
    const char *end = pattern + pattern_len;
    double n = (double)len + 1, each = n, cost = 1, look;
    item_t item, next;
    int takes_many;

    if (pattern_len > MAX_PATTERN) {
        return HUGE_VAL;
    }
    if (anchors && pattern_len && *pattern == '^') {
        pattern++;
        each = 1;
    }
    for (item = next_item(pattern, end); item.begin; item = next) {
        next = next_item(item.end + (item.repeat != 0), end);
        takes_many = !is_class(&item) || (item.repeat && item.repeat != '?');
        look = (double)(item.end - item.begin); /* a set is gone through for each byte */
        if (!next.begin && item.repeat && is_class(&item)) {
            /* it matches, and what it takes is not looked at again */
            return cost + (n + (item.repeat == '+' ? each : 0)) * look;
        }
        cost += each * (takes_many ? n : 1) * look;
        if (item.repeat && !has_one_end(&item, &next)) {
            each *= item.repeat == '?' ? 2 : n;
        }
    }
    return cost;
}
