/* What the tests of the web layer share: a pool for each test. */
#ifndef AUTHJS_T_WEB_HELPER_H
#define AUTHJS_T_WEB_HELPER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <apr_general.h>
#include <apr_pools.h>
#include <apr_strings.h>
#include <apr_tables.h>
#include <string.h>

static inline int helper_setup(void **state)
{
    apr_initialize();
    return apr_pool_create((apr_pool_t **)state, NULL);
}

static inline int helper_teardown(void **state)
{
    apr_pool_destroy(*state);
    apr_terminate();
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, helper_setup, helper_teardown)

/* An array of const char * from a list that ends with NULL. */
static inline apr_array_header_t *helper_list(apr_pool_t *pool, ...)
{
    apr_array_header_t *list = apr_array_make(pool, 4, sizeof(const char *));
    const char *item;
    va_list ap;

    va_start(ap, pool);
    while ((item = va_arg(ap, const char *))) {
        APR_ARRAY_PUSH(list, const char *) = item;
    }
    va_end(ap);
    return list;
}

static inline const char *helper_join(apr_pool_t *pool, const apr_array_header_t *list)
{
    return apr_array_pstrcat(pool, list, '|');
}

/* count times the byte c. */
static inline char *helper_repeat(apr_pool_t *pool, char c, apr_size_t count)
{
    char *text = apr_palloc(pool, count + 1);

    memset(text, c, count);
    text[count] = '\0';
    return text;
}

#endif
