/* Unicode is libunistring's and libidn2's business; which characters an address may have
 * is decided here, once, after all of them have been made what they stand for. */
#include "web/address.h"

#include "core/core.h"
#include "web/url.h"

#include <apr_strings.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define DOMAIN_MAX_LEN 253
#define LABEL_MAX_LEN  63

/* Beside letters and digits, before the @. RFC 5322 has two more: ! and % once led mail
 * from one host to the next. */
#define MARKS "#$&'*+-/=?^_`{|}~."

/* What JavaScript's trim() removes of what NFKC leaves. */
static const char *const blanks[] = {
    "\t", "\n", "\v", "\f", "\r", " ", "\u1680", "\u2028", "\u2029", "\ufeff", NULL,
};

/* NFKC, then lower case; NULL when there is no memory. */
static char *fold(apr_pool_t *pool, const char *input)
{
    size_t len, lower_len;
    uint8_t *composed, *lower = NULL;
    char *folded = NULL;

    composed =
        u8_normalize(UNINORM_NFKC, (const uint8_t *)input, strlen(input), NULL, &len);
    if (composed) {
        lower = u8_tolower(composed, len, NULL, NULL, NULL, &lower_len);
    }
    if (lower) {
        folded = apr_pstrmemdup(pool, (const char *)lower, lower_len);
    }
    free(composed);
    free(lower);
    return folded;
}

/* ---- blanks at both ends ----------------------------------------------------------- */

static apr_size_t blank_at_start(const char *text)
{
    int i;

    for (i = 0; blanks[i]; i++) {
        if (!strncmp(text, blanks[i], strlen(blanks[i]))) {
            return strlen(blanks[i]);
        }
    }
    return 0;
}

static apr_size_t blank_at_end(const char *text, apr_size_t len)
{
    int i;

    for (i = 0; blanks[i]; i++) {
        apr_size_t blank = strlen(blanks[i]);

        if (len >= blank && !memcmp(text + len - blank, blanks[i], blank)) {
            return blank;
        }
    }
    return 0;
}

static char *trim(char *text)
{
    apr_size_t len, blank;

    while ((blank = blank_at_start(text))) {
        text += blank;
    }
    len = strlen(text);
    while ((blank = blank_at_end(text, len))) {
        len -= blank;
    }
    text[len] = '\0';
    return text;
}

/* ---- characters -------------------------------------------------------------------- */

static const char *check_ascii(char c)
{
    if (authjs_is_alnum(c) || strchr(MARKS "@,", c)) {
        return NULL;
    }
    if (authjs_is_control(c)) {
        return "it has a control character";
    }
    switch (c) {
    case ' ':
        return "it has a blank";
    case '"':
        return "it has a quotation mark";
    case '!':
    case '%':
        return "it says which way to go";
    default:
        return "it has a character that no plain address has";
    }
}

/* Beyond ASCII: letters with their marks, and digits. What is not seen, turns the
 * direction of writing, or has no meaning yet is none of these, or is to be ignored. */
static const char *check_beyond_ascii(ucs4_t c)
{
    if (authjs_is_control((int)c)) {
        return "it has a control character";
    }
    if (!uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M |
                                                 UC_CATEGORY_MASK_N) ||
        uc_is_property_default_ignorable_code_point(c)) {
        return "it has a character that is neither a letter nor a digit";
    }
    return NULL;
}

static const char *check_characters(const char *text)
{
    const char *why = NULL;
    ucs4_t c;

    while (*text && !why) {
        text = (const char *)u8_next(&c, (const uint8_t *)text);
        why = c < 0x80 ? check_ascii((char)c) : check_beyond_ascii(c);
    }
    return why;
}

/* ---- before the @ ------------------------------------------------------------------ */

static const char *check_local(const char *local)
{
    apr_size_t len = strlen(local);
    ucs4_t first;

    if (len == 0 || len > AUTHJS_ADDRESS_LOCAL_MAX) {
        return "nothing, or too much, stands before the @";
    }
    u8_next(&first, (const uint8_t *)local);
    if (strchr("-/|", *local) ||
        uc_is_general_category_withtable(first, UC_CATEGORY_MASK_M)) {
        return "it begins with what no address begins with";
    }
    if (*local == '.' || local[len - 1] == '.' || strstr(local, "..")) {
        return "a dot stands at an end, or beside another one";
    }
    /* An encoded word (RFC 2047), which some programs decode wherever it stands. */
    return strstr(local, "=?") ? "it has what programs for mail decode" : NULL;
}

/* ---- the domain -------------------------------------------------------------------- */

static int is_label(const char *label, apr_size_t len)
{
    return len > 0 && len <= LABEL_MAX_LEN && label[0] != '-' && label[len - 1] != '-' &&
           strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-") >= len;
}

static int is_domain(const char *domain)
{
    const char *label = domain;
    apr_size_t len = strcspn(label, ".");

    if (strlen(domain) > DOMAIN_MAX_LEN) {
        return 0;
    }
    while (is_label(label, len) && label[len]) {
        label += len + 1;
        len = strcspn(label, ".");
    }
    /* The last one is no number: that would be an IPv4 address. */
    return is_label(label, len) && !label[len] && strspn(label, "0123456789") < len;
}

static int has_unicode(const char *domain)
{
    const char *label = domain;

    for (; *domain; domain++) {
        if ((unsigned char)*domain >= 0x80) {
            return 1;
        }
    }
    while (label && strncmp(label, "xn--", 4)) {
        label = strchr(label, '.');
        label = label ? label + 1 : NULL;
    }
    return label != NULL;
}

/* In a label beyond ASCII they would be inside of the ASCII one. */
static int has_outer_hyphen(const char *domain)
{
    return *domain == '-' || strstr(domain, ".-") || strstr(domain, "-.") ||
           (*domain && domain[strlen(domain) - 1] == '-');
}

/* In ASCII. libidn2 maps nothing here: what is no domain as it stands is none. */
static const char *ascii_domain(const char **ascii, apr_pool_t *pool, const char *domain)
{
    uint8_t *found;

    *ascii = domain;
    if (has_unicode(domain)) {
        if (has_outer_hyphen(domain) ||
            idn2_lookup_u8((const uint8_t *)domain, &found,
                           IDN2_NFC_INPUT | IDN2_NO_TR46) != IDN2_OK) {
            return "its domain is none";
        }
        *ascii = apr_pstrdup(pool, (const char *)found);
        idn2_free(found);
    }
    return is_domain(*ascii) ? NULL : "its domain is none";
}

/* ---- all of it --------------------------------------------------------------------- */

/* Characters, and what stands before the one @, whose place is *at. */
static const char *check_address(apr_pool_t *pool, const char *address, char **at)
{
    const char *why = check_characters(address);

    if (why) {
        return why;
    }
    *at = strchr(address, '@');
    if (!*at || strchr(*at + 1, '@')) {
        return "it has none, or more than one, @";
    }
    why = check_local(apr_pstrmemdup(pool, address, *at - address));
    return !why && memchr(address, ',', *at - address) ? "it has a comma" : why;
}

static const char *normalise(apr_pool_t *pool, char *address)
{
    const char *why, *ascii, *again;
    char *at;

    why = check_address(pool, address, &at);
    if (why) {
        return why;
    }
    at[strcspn(at, ",")] = '\0';
    why = authjs_address_ascii(&ascii, pool, address);
    if (why) {
        return why;
    }
    again = fold(pool, address);
    return again && !strcmp(again, address)
               ? NULL
               : "it would be another one when it is read again";
}

const char *authjs_address_normalise(const char **normalised, apr_pool_t *pool,
                                     const char *input)
{
    apr_size_t len = input ? strnlen(input, AUTHJS_ADDRESS_INPUT_MAX + 1) : 0;
    const char *why;
    char *address;

    *normalised = NULL;
    if (len == 0) {
        return "there is none";
    }
    if (len > AUTHJS_ADDRESS_INPUT_MAX) {
        return "it is too long";
    }
    if (!authjs_utf8_valid(input, len)) {
        return "it is not UTF-8";
    }
    address = fold(pool, input);
    if (!address) {
        return "there is no memory to read it";
    }
    address = trim(address);
    why = normalise(pool, address);
    *normalised = why ? NULL : address;
    return why;
}

const char *authjs_address_ascii(const char **ascii, apr_pool_t *pool,
                                 const char *address)
{
    const char *domain, *why;
    char *at;

    *ascii = NULL;
    if (!authjs_utf8_valid(address, strlen(address))) {
        return "it is not UTF-8";
    }
    why = check_address(pool, address, &at);
    if (why) {
        return why;
    }
    domain = fold(pool, at + 1);
    why = domain ? ascii_domain(&domain, pool, domain) : "there is no memory to read it";
    if (why) {
        return why;
    }
    *ascii =
        apr_pstrcat(pool, apr_pstrmemdup(pool, address, at + 1 - address), domain, NULL);
    if (strlen(address) > AUTHJS_ADDRESS_MAX || strlen(*ascii) > AUTHJS_ADDRESS_MAX) {
        *ascii = NULL;
        return "it is too long";
    }
    return NULL;
}
