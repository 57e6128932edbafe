#include "jose/base64url.h"

#include "core/core.h"

#define APR_WANT_BYTEFUNC
#define APR_WANT_MEMFUNC
#include <apr_want.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The value of each character. NO keeps its top bit however far it is shifted, so that a
 * whole text is checked by one look at the OR of its groups. */
#define NO      0xffffffffu
#define INVALID 0x80000000u
/* clang-format off */
static const apr_uint32_t values[256] = {
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
    NO,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, 63,
    NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
};
/* clang-format on */

apr_size_t authjs_base64url_encode(char *out, const void *data, apr_size_t len)
{
    const unsigned char *in = data;
    char *start = out;
    apr_uint32_t v;

    for (; len >= 3; len -= 3, in += 3) {
        v = (apr_uint32_t)in[0] << 16 | (apr_uint32_t)in[1] << 8 | in[2];
        *out++ = alphabet[v >> 18];
        *out++ = alphabet[v >> 12 & 63];
        *out++ = alphabet[v >> 6 & 63];
        *out++ = alphabet[v & 63];
    }
    if (len > 0) {
        v = (apr_uint32_t)in[0] << 8 | (len == 2 ? in[1] : 0);
        *out++ = alphabet[v >> 10];
        *out++ = alphabet[v >> 4 & 63];
        if (len == 2) {
            *out++ = alphabet[v << 2 & 63];
        }
    }
    *out = '\0';
    return (apr_size_t)(out - start);
}

const char *authjs_base64url(apr_pool_t *pool, const void *data, apr_size_t len)
{
    char *out = apr_palloc(pool, AUTHJS_BASE64URL_LEN(len) + 1);

    authjs_base64url_encode(out, data, len);
    return out;
}

const char *authjs_random_base64url(apr_pool_t *pool, apr_size_t len)
{
    unsigned char *bytes = apr_palloc(pool, len + 1);

    if (authjs_random_bytes(bytes, len) != APR_SUCCESS) {
        return NULL;
    }
    return authjs_base64url(pool, bytes, len);
}

/* The two or three characters behind the last group of four. @return bytes, or -1. */
static apr_ssize_t decode_rest(unsigned char *out, const unsigned char *in,
                               apr_size_t len)
{
    apr_uint32_t v;

    if (len == 1) {
        return -1;
    }
    v = values[in[0]] << 18 | values[in[1]] << 12 | (len == 3 ? values[in[2]] << 6 : 0);
    /* the bits that are left over must be zero: one text for one value */
    if (v & (INVALID | (len == 2 ? 0xffff : 0xff))) {
        return -1;
    }
    out[0] = (unsigned char)(v >> 16);
    if (len == 3) {
        out[1] = (unsigned char)(v >> 8);
    }
    return (apr_ssize_t)len - 1;
}

apr_ssize_t authjs_base64url_decode(unsigned char *out, const char *text, apr_size_t len)
{
    const unsigned char *in = (const unsigned char *)text;
    const unsigned char *end = in + len / 4 * 4;
    unsigned char *start = out;
    apr_uint32_t v, seen = 0;
    apr_ssize_t rest = 0;

    for (; in < end; in += 4, out += 3) {
        v = values[in[0]] << 18 | values[in[1]] << 12 | values[in[2]] << 6 |
            values[in[3]];
        seen |= v;
        v = htonl(v << 8);
        memcpy(out, &v, sizeof(v)); /* one byte more than counts: there is room for it */
    }
    if (len % 4) {
        rest = decode_rest(out, in, len % 4);
    }
    if (seen & INVALID || rest < 0) {
        return -1;
    }
    return (out - start) + rest;
}

int authjs_base64url_decode_dup(apr_pool_t *pool, const char *text, apr_size_t len,
                                unsigned char **data, apr_size_t *data_len)
{
    unsigned char *out = apr_palloc(pool, AUTHJS_BASE64URL_MAX(len) + 1);
    apr_ssize_t n = authjs_base64url_decode(out, text, len);

    if (n < 0) {
        return 0;
    }
    out[n] = '\0';
    *data = out;
    *data_len = (apr_size_t)n;
    return 1;
}
