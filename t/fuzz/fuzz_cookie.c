/* The Cookie header: values, chunks, what is deleted, what a back end gets to see. */
#include "core/core.h"
#include "web/cookie.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME     "authjs.session-token"
#define NAME_LEN (sizeof(NAME) - 1)

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static void check_strip(apr_pool_t *pool, const char *header)
{
    apr_array_header_t *names = apr_array_make(pool, 1, sizeof(const char *));
    const char *left;

    APR_ARRAY_PUSH(names, const char *) = NAME;
    left = authjs_cookie_strip(pool, header, names);
    if (!left) {
        return;
    }
    check(*left != '\0');
    check(!authjs_cookie_get(pool, left, NAME, NAME_LEN));
    check(!authjs_cookie_chunks(pool, left, NAME, NAME_LEN));
    check(authjs_cookie_chunk_names(pool, left, NAME, NAME_LEN)->nelts == 0);
    check(authjs_cookie_strip(pool, left, names) == left);
}

static void check_names(const apr_array_header_t *names)
{
    int i;

    check(names->nelts <= AUTHJS_COOKIE_MAX_CHUNKS);
    for (i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);

        check(!strncmp(name, NAME, NAME_LEN) && authjs_cookie_name_valid(name));
        check(authjs_cookie_index(names, name) == i);
    }
}

/* What is written over a request's cookies reads back, alone. */
static void check_write(apr_pool_t *pool, const char *header, const char *value)
{
    authjs_cookie_def_t def = {0};
    apr_array_header_t *lines;
    const char *back = "", *line, *session;
    int i;

    def.name = NAME;
    def.name_len = NAME_LEN;
    lines = authjs_cookie_write_chunks(pool, &def, header, value, 0);
    for (i = 0; i < lines->nelts; i++) {
        line = APR_ARRAY_IDX(lines, i, const char *);
        check(!strpbrk(line, "\r\n"));
        back = apr_pstrcat(pool, back, apr_pstrndup(pool, line, strcspn(line, ";")), ";",
                           NULL);
    }
    session = authjs_cookie_chunks(pool, back, NAME, NAME_LEN);
    check(*value ? session != NULL : session == NULL);
    check(!session || !authjs_utf8_valid(value, strlen(value)) ||
          !strcmp(session, value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static apr_pool_t *global;
    const char *header, *session, *plain;
    apr_array_header_t *names, *several;
    apr_pool_t *pool;

    if (!global) {
        apr_initialize();
        apr_pool_create(&global, NULL);
    }
    apr_pool_create(&pool, global);
    header = apr_pstrmemdup(pool, (const char *)data, size);
    plain = authjs_cookie_get(pool, header, NAME, NAME_LEN);
    session = authjs_cookie_chunks(pool, header, NAME, NAME_LEN);
    names = authjs_cookie_chunk_names(pool, header, NAME, NAME_LEN);
    check_names(names);
    check(authjs_cookie_values(pool, header, NAME, NAME_LEN)->nelts <=
          AUTHJS_COOKIE_TRIES);
    several = authjs_cookie_sessions(pool, header, NAME, NAME_LEN);
    check(several->nelts <= 2 * AUTHJS_COOKIE_TRIES);
    check(!session || !strcmp(session, APR_ARRAY_IDX(several, 0, const char *)));
    check(!session || (*session && names->nelts > 0));
    check(!session || !plain || !*plain || !strcmp(session, plain));
    check_strip(pool, header);
    check_write(pool, header, header);
    apr_pool_destroy(pool);
    return 0;
}
