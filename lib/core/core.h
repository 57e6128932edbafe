/* Small things everything stands on, by the file that has them. */
#ifndef AUTHJS_CORE_CORE_H
#define AUTHJS_CORE_CORE_H

#include <apr_pools.h>
#include <apr_tables.h>

/* ---- crypto.c ------------------------------------------------------------------- */

/** len random bytes from OpenSSL's generator. @return APR_SUCCESS or APR_EGENERAL. */
apr_status_t authjs_random_bytes(unsigned char *out, apr_size_t len);
/** 2*len lower-case hex digits from len random bytes; NULL when there is no randomness.
 */
const char *authjs_random_hex(apr_pool_t *pool, apr_size_t len);
/** A random UUID, version 4 (RFC 9562); NULL when there is no randomness. */
const char *authjs_random_uuid(apr_pool_t *pool);
/** So many random decimal digits, each number as likely as the others; NULL when there is
 * no randomness. */
const char *authjs_random_digits(apr_pool_t *pool, apr_size_t count);

/** Constant-time equality of two secrets. Lengths are no secret. NULL equals nothing. */
int authjs_equal(const void *a, apr_size_t a_len, const void *b, apr_size_t b_len);
/** The same for C strings. */
int authjs_equal_str(const char *a, const char *b);

/** SHA-256 of a byte string into out[32]. @return 0 when OpenSSL fails. */
int authjs_sha256(unsigned char out[32], const void *data, apr_size_t len);
/** HMAC (RFC 2104) of a text by a key, both strings; digest is OpenSSL's name, as SHA256:
 * mac gets as many bytes as that has. @return 0 when OpenSSL fails. */
#define AUTHJS_MAC_MAX 64
int authjs_hmac(unsigned char mac[AUTHJS_MAC_MAX], const char *digest, const char *key,
                const char *text);
/** Lower-case hex SHA-256 of a string; NULL when OpenSSL fails. */
const char *authjs_sha256_hex(apr_pool_t *pool, const char *text);

/* ---- time.c --------------------------------------------------------------------- */

/** Seconds since the epoch as Date.toISOString() writes them: 2026-11-22T01:46:16.000Z.
 * out has room for AUTHJS_ISO8601_LEN + 1. Years 0 to 9999; others are clamped. */
#define AUTHJS_ISO8601_LEN 24
void authjs_iso8601(char *out, apr_int64_t seconds);
/** The milliseconds since the epoch that such a text, and no other form, says. @return 0
 * when it is none: another length, a day that is not in the calendar, a leap second. */
int authjs_iso8601_read(apr_int64_t *ms, const char *text);
/** The RFC 1123 date of a cookie's Expires (RFC 6265): Sat, 21 Nov 2026 04:00:00 GMT. */
const char *authjs_http_date(apr_pool_t *pool, apr_int64_t seconds);

/* ---- text.c --------------------------------------------------------------------- */

/** True for well-formed UTF-8 (no overlong forms, no surrogates, <= U+10FFFF). */
int authjs_utf8_valid(const char *text, apr_size_t len);
/** How many bytes the well-formed UTF-8 sequence at text has (1 to 4); 0 when there is
 * none within len bytes. */
apr_size_t authjs_utf8_sequence(const char *text, apr_size_t len);

/** Whether a character is a control character: C0, DEL or C1. */
int authjs_is_control(int character);
/** How many bytes the control character at a NUL-terminated text has, in UTF-8: C0 and
 * DEL 1, C1 2; 0 when there is none. */
apr_size_t authjs_control_len(const char *at);
/** What may leave the module as text: one line of UTF-8 without control characters.
 * @return text itself; NULL when it is none, or NULL */
const char *authjs_line(const char *text);
/** Whether text is such a line of 1 to max bytes. */
int authjs_is_line(const char *text, apr_size_t max);
/** True for 32 hexadecimal digits with the four hyphens of a UUID. */
int authjs_is_uuid(const char *text);

/* ---- printable.c ---------------------------------------------------------------- */

/** Somebody else's text for a log line, between double quotes: at most max bytes, "..."
 * where more was. A run of control characters becomes one space, at the end none; what is
 * not UTF-8, is not seen or turns the direction of writing becomes ?, and " and \ become
 * ' and /. */
const char *authjs_printable(apr_pool_t *pool, const char *text, apr_size_t max);
/** Text in which what looks like a token or a code has only its first four characters
 * left. What is shaped as a UUID stays: providers name their own log entries so. */
const char *authjs_without_tokens(apr_pool_t *pool, const char *text);
/** Text in which secret, if it has four bytes or more, became "...". */
const char *authjs_without(apr_pool_t *pool, const char *text, const char *secret);

/* ---- network.c ------------------------------------------------------------------ */

/** What stands for one client where clients are counted: an IPv4 address, also where it
 * is written as one of IPv6; of another IPv6 address the first 64 bits, since whoever has
 * one has all that begin like it. What is neither stands for itself.
 * @param ip may be NULL: "" */
const char *authjs_network(apr_pool_t *pool, const char *ip);

/* ---- rate.c --------------------------------------------------------------------- */

/** How often something happened in a span of time; all zero at first. May be shared. */
typedef struct {
    volatile apr_uint32_t window, count;
} authjs_rate_t;

/** It happened once more.
 * @param window the number of the span that it is in, one more for each; what is told
 * late counts in the span that has begun
 * @param before how often it happened in the span that ended by this call; else 0
 * @return how often it has happened in this span */
apr_uint32_t authjs_rate_count(authjs_rate_t *rate, apr_uint32_t window,
                               apr_uint32_t *before);

#endif
